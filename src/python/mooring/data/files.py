"""A file as a source: read with clear refusals, and dealt with as a contract asks.

Read are CSV in UTF-8 with commas and a header, where an empty field and `NA` are null; Parquet; and
the folder of a Delta Lake table.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import polars as pl
from deltalake import DeltaTable

from mooring.contract.contract import Contract
from mooring.data.dataset import BATCH_ROWS
from mooring.data.errors import SourceUnavailable
from mooring.data.shape import Shape
from mooring.data.source import NOTHING, BatchedExtract, DataSource, KnownAt

NULLS = ("", "NA")

# What polars says of a CSV that it refuses, without the values that it quotes.
_SAID = {
    "found more fields": "a row has more fields than the header",
    "invalid utf-8": "it is not text in UTF-8",
}


def file_source(
    contract: Contract,
    path: str | Path,
    *,
    label: str,
    event_time: str | None = None,
    row_id: str | None = None,
    positive: str | None = None,
    known_at: KnownAt = NOTHING,
    columns: Mapping[str, str] | None = None,
) -> DataSource:
    """The rows of a CSV or Parquet file or of a Delta Lake table as examples, read batch by batch.

    A relative path is found from `$MOORING_ROOT`.

    `label` is the file's column of the label. For a probability it holds true and false or 1 and 0;
    where it names two things, `positive` is the one whose probability is asked for.
    `event_time` holds ISO 8601 dates or instants, those without a zone in UTC. Without it rows are
    dealt to 100 made-up days from 2000-01-01 on, by a hash of their features: a split by time is
    then a split at random, and equal rows stay on one side of it.
    `known_at` is that of the source; its columns hold what `event_time` may hold.
    `row_id` identifies a row; without it, that is its number in the file, from 1 on.
    `columns` maps a feature to the file's column where that has another name: "mean radius".

    Extracting raises SourceUnavailable for a file that cannot be read or lacks a column.
    """
    shape = Shape(contract, label, event_time, row_id, positive, tuple(known_at), columns or {})

    def extract() -> BatchedExtract:
        return BatchedExtract(_shaped(shape, found_from_root(path)))

    return DataSource(contract, extract, known_at=known_at)


def read_table(path: str | Path) -> pl.DataFrame:
    """Read a whole file; the types of a CSV's columns are those that all its values have.

    Raises SourceUnavailable when there is no such file, or it is empty, unreadable or of a kind
    that is not supported.
    """
    found = found_from_root(path)
    return pl.concat(_batches(found, infer=True))


def read_batches(path: str | Path) -> Iterator[pl.DataFrame]:
    """Read a file in batches of up to 65,536 rows, in its order; a CSV's columns are all text.

    Raises SourceUnavailable as `read_table` does, some of it late.
    """
    yield from _batches(found_from_root(path), infer=False)


def found_from_root(path: str | Path, environ: Mapping[str, str] = os.environ) -> Path:
    """Where a path leads: from `$MOORING_ROOT`, which `./mooring` sets, else the current folder.

    Never from a module's own place: code runs from caches.
    """
    return Path(environ.get("MOORING_ROOT") or Path.cwd()) / path


def _shaped(shape: Shape, path: Path) -> Iterator[pl.DataFrame]:
    number = 1
    classes: frozenset[str] = frozenset()
    for batch in _batches(path, infer=False):
        yield shape.apply(batch, str(path), number)
        number += len(batch)
        classes |= shape.classes(batch)
        shape.refuse_classes(classes, str(path))


def _batches(path: Path, *, infer: bool) -> Iterator[pl.DataFrame]:
    batches = _scan(path, infer=infer).collect_batches(chunk_size=BATCH_ROWS)
    empty = True
    while (batch := _guarded(path, lambda: next(batches, None))) is not None:
        empty = empty and batch.is_empty()
        yield batch
    if empty:
        raise _unusable(path, "the file has no rows", "Give a file with rows below its header.")


def _scan(path: Path, *, infer: bool) -> pl.LazyFrame:
    if not path.exists():
        raise _unusable(path, "there is no such file", "Check the path in the model's data.py.")
    if path.is_dir() and DeltaTable.is_deltatable(str(path)):
        return pl.scan_delta(str(path))
    match path.suffix.lower():
        case ".csv":
            _refuse_header(path)
            return pl.scan_csv(
                path, null_values=list(NULLS), infer_schema=infer, infer_schema_length=None
            )
        case ".parquet":
            return pl.scan_parquet(path)
    raise _unusable(
        path,
        "files of this kind are not read",
        "Supported are .csv, .parquet and the folder of a Delta Lake table.",
    )


def _refuse_header(path: Path) -> None:
    """Refuse a header that polars would take and mend in silence."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            names = next(csv.reader(file), [])
    except (UnicodeDecodeError, csv.Error):
        raise _unusable(path, "it is not text in UTF-8", "Save it as UTF-8.") from None
    if not names:
        raise _unusable(path, "the file is empty", "Give a file with a header and rows.")
    if "" in names:
        place = names.index("") + 1
        cure = "Name every column; pandas leaves its index out by to_csv(…, index=False)."
        raise _unusable(path, f"column {place} has no name", cure)
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise _unusable(path, f"column {', '.join(twice)} is there twice", "Rename one of them.")


def _guarded(path: Path, read: Callable[[], pl.DataFrame | None]) -> pl.DataFrame | None:
    """Whatever the reader says may quote the file, so it is said anew."""
    try:
        return read()
    except (pl.exceptions.PolarsError, OSError) as error:
        kind = path.suffix.lower().removeprefix(".")
        said = next((say for sign, say in _SAID.items() if sign in str(error)), None)
        problem = said or f"it cannot be read as {kind}"
        raise _unusable(path, problem, "Write the file again, and whole.") from None


def _unusable(path: Path, problem: str, cure: str) -> SourceUnavailable:
    return SourceUnavailable(problem, place=str(path), cure=cure)
