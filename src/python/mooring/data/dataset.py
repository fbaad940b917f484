"""Dataset versions on Delta Lake: a table per dataset, partitioned by month, and its quarantine.

The description of a version travels in the metadata of the Delta commit that wrote it, so the rows
and what is said of them appear in one step or not at all.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import polars as pl
from deltalake import CommitProperties, DeltaTable, Schema
from deltalake.transaction import AddAction, create_table_with_add_actions
from pyarrow.parquet import ParquetFile
from pydantic import BaseModel, ConfigDict

from mooring.data.errors import DatasetEmpty, DatasetMissing
from mooring.data.source import EVENT_TIME, MONTH

DESCRIPTION = "mooring.dataset"

# Rows that are read at once where not all are held: 20 columns of them are 10 MB.
BATCH_ROWS = 65_536


class Description(BaseModel):
    """What is known of rows wherever they lie: the same rows have the same `sha256`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    sha256: str
    rows: int
    start: str
    end: str
    quarantined: int = 0
    left_out: dict[str, int] = {}
    known_at: dict[str, tuple[str, ...]] = {}
    # Whether a retrain wrote it: rows of the champion's, and of the prediction log.
    from_log: bool = False


class DatasetVersion(Description):
    """One immutable version of a table."""

    uri: str
    version: int


def latest(uri: Path) -> DatasetVersion | None:
    """The newest version of the table at `uri`, or None where there is no table yet."""
    if not DeltaTable.is_deltatable(str(uri)):
        return None
    return _describe(DeltaTable(str(uri)))


def newest_ingested(uri: Path) -> DatasetVersion | None:
    """The newest version that came from the model's source; None where there is none."""
    if not DeltaTable.is_deltatable(str(uri)):
        return None
    for version in range(DeltaTable(str(uri)).version(), -1, -1):
        told = _told(uri, version)
        if told and not Description.model_validate_json(told).from_log:
            return _describe(DeltaTable(str(uri), version=version))
    return None


def read_version(uri: Path, version: int | None = None) -> tuple[DatasetVersion, pl.DataFrame]:
    """Read one version, the newest by default; rows come in no particular order.

    Raises DatasetMissing when it has not been ingested.
    """
    table = _open(uri, version)
    frame = pl.DataFrame(pl.from_arrow(table.to_pyarrow_table()))
    return _describe(table), frame.drop(MONTH)


def read_batches(
    uri: Path, version: int | None = None, rows: int = BATCH_ROWS
) -> tuple[DatasetVersion, Iterator[pl.DataFrame]]:
    """One version as frames of up to so many rows, for what must not hold it whole.

    Raises DatasetMissing when it has not been ingested.
    """
    table = _open(uri, version)
    return _describe(table), _batches(table, rows)


def _batches(table: DeltaTable, rows: int) -> Iterator[pl.DataFrame]:
    for path in sorted(table.file_uris()):
        with ParquetFile(path.removeprefix("file://")) as file:
            for batch in file.iter_batches(batch_size=rows):
                yield pl.DataFrame(pl.from_arrow(batch))


def _open(uri: Path, version: int | None) -> DeltaTable:
    if not DeltaTable.is_deltatable(str(uri)):
        raise _missing(uri, "no dataset is here")
    try:
        return DeltaTable(str(uri), version=version)
    except Exception:  # deltalake raises by storage backend; here each of them means "not there"
        raise _missing(uri, f"there is no version {version}") from None


def between(rows: pl.DataFrame, start: str, end: str) -> pl.DataFrame:
    """The rows whose event time lies on the days `start` to `end`, inclusive, sorted by time.

    Raises DatasetEmpty when there are none.
    """
    day = pl.col(EVENT_TIME).dt.date().cast(pl.String)
    selected = rows.filter(day.is_between(pl.lit(start), pl.lit(end)))
    if selected.is_empty():
        raise DatasetEmpty(
            f"no rows between {start} and {end}",
            place="dataset",
            cure="Ingest data of that period, or choose another.",
        )
    return selected.sort(EVENT_TIME, "row_id")


def commit(
    uri: Path, parts: list[AddAction], schema: pl.Schema, description: Description
) -> DatasetVersion:
    """Make the table's content the given files, which lie in it, in one Delta commit.

    The former versions stay readable.
    """
    columns = pl.DataFrame(schema=schema | {MONTH: pl.String()}).to_arrow().schema
    told = CommitProperties(custom_metadata={DESCRIPTION: description.model_dump_json()})
    stored = Schema.from_arrow(columns)
    uri.mkdir(parents=True, exist_ok=True)
    if DeltaTable.is_deltatable(str(uri)):
        DeltaTable(str(uri)).create_write_transaction(
            list(parts), "overwrite", stored, [MONTH], commit_properties=told
        )
    else:
        create_table_with_add_actions(
            str(uri), stored, parts, partition_by=[MONTH], commit_properties=told
        )
    return _describe(DeltaTable(str(uri)))


def _describe(table: DeltaTable) -> DatasetVersion:
    uri = table.table_uri.removeprefix("file://").rstrip("/")
    told = _told(Path(uri), table.version())
    if told is None:
        raise _missing(Path(uri), "the table was not written by ingest")
    description = Description.model_validate_json(told)
    return DatasetVersion(uri=uri, version=table.version(), **description.model_dump())


def _told(uri: Path, version: int) -> str | None:
    """What the commit of a version says, from the log itself.

    `DeltaTable.history` of deltalake 1.6 begins with the newest commit whichever version is open,
    and numbers it as the open one.
    """
    log = uri / "_delta_log" / f"{version:020}.json"
    if not log.exists():  # Delta forgets old commits once a checkpoint stands for them
        return None
    actions = [json.loads(line) for line in log.read_text().splitlines()]
    return next((a["commitInfo"].get(DESCRIPTION) for a in actions if "commitInfo" in a), None)


def _missing(uri: Path, problem: str) -> DatasetMissing:
    return DatasetMissing(problem, place=str(uri), cure="Run `mooring ingest <model>` first.")
