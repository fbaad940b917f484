"""A synthetic Delta Lake table, and the ingest of it as a process whose memory can be measured.

    python -m tests.performance.voyages make TABLE ROWS
    python -m tests.performance.voyages ingest TABLE DATA [RUN_BYTES]
    python -m tests.performance.voyages validate TABLE DATA [RUN_BYTES]

Rows are generated: no real data has so many of every kind of feature. They come in no order of
time, over one year, and every hundred-thousandth breaks one promise of each kind.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import polars as pl
import pyarrow as pa
from annotated_types import Ge, Gt, Le
from deltalake import WriterProperties, write_deltalake

from mooring.contract.annotations import AvailableAt, Category
from mooring.contract.contract import Contract, Prediction
from mooring.contract.features import Features
from mooring.data.files import file_source
from mooring.data.ingest import ingest, table_of
from mooring.data.runs import RUN_BYTES
from mooring.data.validate import validate

BATCH = 100_000
YEAR_MICROSECONDS = 365 * 86_400 * 10**6
START = datetime(2013, 1, 1, tzinfo=UTC)
HARBOURS = ("north", "south", "east", "west")


class Voyage(Features):
    """A ship's passage."""

    wind: Annotated[float, Ge(0), Le(60)]
    depth: Annotated[float | None, Gt(0), AvailableAt(3_600)]
    tide: Annotated[float, Ge(-10), Le(10)]
    hour: Annotated[int, Ge(0), Le(23)]
    crew: Annotated[int | None, Ge(1), Le(5_000)]
    harbour: Annotated[str, Category(*HARBOURS)]
    ship: Annotated[str, Category(open=True)]
    loaded: bool


CONTRACT = Contract.of(
    Voyage,
    name="voyage",
    version="1.0",
    prediction=Prediction(name="late", kind="probability", label="late"),
)


def batches(rows: int) -> Iterator[pl.DataFrame]:
    """Rows in batches; the same on every machine."""
    for start in range(0, rows, BATCH):
        yield _bent(_batch(start, min(BATCH, rows - start)))


def _batch(start: int, rows: int) -> pl.DataFrame:
    draw = np.random.default_rng(start)
    number = np.arange(start, start + rows)
    at = pl.Series(draw.integers(0, YEAR_MICROSECONDS, rows)).cast(pl.Duration("us")) + START
    return pl.DataFrame(
        {
            "row_id": np.char.add("voyage ", number.astype(str)),
            "event_time": at,
            "wind": draw.random(rows) * 60,
            "depth": pl.Series(draw.random(rows) * 200 + 1).set(pl.Series(number % 7 == 0), None),
            "tide": draw.normal(0, 1, rows).clip(-10, 10),
            "hour": draw.integers(0, 24, rows),
            "crew": pl.Series(draw.integers(1, 5_000, rows)).set(pl.Series(number % 5 == 0), None),
            "harbour": np.array(HARBOURS)[draw.integers(0, 4, rows)],
            "ship": np.char.add("ship ", draw.integers(0, 50_000, rows).astype(str)),
            "loaded": draw.random(rows) < 0.5,
            "late": draw.random(rows) < 0.25,
            "sounded_at": at - pl.Series([3_600_000_000]).cast(pl.Duration("us")),
        }
    ).with_columns(pl.col("event_time", "sounded_at").cast(pl.Datetime("us", UTC)))


# One row of each in a batch; the last two share an id.
BENT: tuple[dict[str, Any], ...] = (
    {"wind": 99.0},
    {"wind": float("nan")},
    {"tide": float("inf")},
    {"depth": -1.0},
    {"hour": 24},
    {"crew": 0},
    {"harbour": "nowhere"},
    {"ship": ""},
    {"loaded": None},
    {"late": None},
    {"row_id": None},
    {"event_time": None},
    {"sounded_at": START.replace(year=2020)},
    {"sounded_at": None, "depth": 3.0},
    {"row_id": "the same"},
    {"row_id": "the same"},
)


def _bent(rows: pl.DataFrame) -> pl.DataFrame:
    good, bad = rows[: -len(BENT)], rows[-len(BENT) :].to_dicts()
    bent = [row | change for row, change in zip(bad, BENT, strict=True)]
    return pl.concat([good, pl.DataFrame(bent, schema=rows.schema)])


def make(table: Path, rows: int) -> dict[str, Any]:
    """Write the table as others would: with deltalake, not by month, in no order."""
    first = next(batches(rows)).to_arrow().schema
    stream = (batch for frame in batches(rows) for batch in frame.to_arrow().to_batches())
    reader = pa.RecordBatchReader.from_batches(first, stream)
    write_deltalake(table, reader, writer_properties=WriterProperties(max_row_group_size=BATCH))
    return {"bytes": sum(part.stat().st_size for part in table.glob("*.parquet"))}


def ingested(table: Path, data: Path, run_bytes: int = RUN_BYTES) -> dict[str, Any]:
    """Ingest the table through its source of a file."""
    source = file_source(
        CONTRACT,
        table,
        label="late",
        event_time="event_time",
        row_id="row_id",
        known_at={"sounded_at": ("depth",)},
    )
    made = ingest(source, data, run_bytes=run_bytes).dataset
    return {"rows": made.rows, "quarantined": made.quarantined}


def validated(data: Path, run_bytes: int = RUN_BYTES) -> dict[str, Any]:
    """Check what was ingested, and its digest."""
    found = validate(CONTRACT, table_of(data, CONTRACT.name), run_bytes=run_bytes)
    return {"rows": found.rows, "sound": found.sound}


def measured(work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What a piece of work says, its seconds, and MiB: the process's peak, and what it began with.

    `cpu_seconds` are those of all threads. The peak is the kernel's `VmHWM`, that of this process's
    own resident memory.
    """
    began, start, busy = _peak_mib(), time.perf_counter(), time.process_time()
    said = work()
    took = {
        "seconds": round(time.perf_counter() - start, 1),
        "cpu_seconds": round(time.process_time() - busy, 1),
    }
    return said | took | {"began_mib": began, "peak_mib": _peak_mib()}


def _peak_mib() -> int:
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024


def main(arguments: list[str]) -> None:
    """Do what the command line says, and print what was measured as JSON."""
    verb, table, second, *rest = arguments
    run_bytes = int(rest[0]) if rest else RUN_BYTES
    work: dict[str, Callable[[], dict[str, Any]]] = {
        "make": lambda: make(Path(table), int(second)),
        "ingest": lambda: ingested(Path(table), Path(second), run_bytes),
        "validate": lambda: validated(Path(second), run_bytes),
    }
    sys.stdout.write(json.dumps(measured(work[verb])) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
