"""Dataset versions on Delta Lake: a table per dataset, partitioned by month, and its quarantine.

The description of a version travels in the metadata of the Delta commit that wrote it, so the rows
and what is said of them appear in one step or not at all.
"""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
from deltalake import CommitProperties, DeltaTable, write_deltalake
from pydantic import BaseModel, ConfigDict

from mooring.data.errors import DatasetEmpty, DatasetMissing
from mooring.data.source import EVENT_TIME, MONTH

DESCRIPTION = "mooring.dataset"


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


class DatasetVersion(Description):
    """One immutable version of a table."""

    uri: str
    version: int


def latest(uri: Path) -> DatasetVersion | None:
    """The newest version of the table at `uri`, or None where there is no table yet."""
    if not DeltaTable.is_deltatable(str(uri)):
        return None
    return _describe(DeltaTable(str(uri)))


def read_version(uri: Path, version: int | None = None) -> tuple[DatasetVersion, pl.DataFrame]:
    """Read one version, the newest by default; rows come in no particular order.

    Raises DatasetMissing when it has not been ingested.
    """
    if not DeltaTable.is_deltatable(str(uri)):
        raise _missing(uri, "no dataset is here")
    try:
        table = DeltaTable(str(uri), version=version)
    except Exception:  # deltalake raises by storage backend; here each of them means "not there"
        raise _missing(uri, f"there is no version {version}") from None
    frame = pl.DataFrame(pl.from_arrow(table.to_pyarrow_table()))
    return _describe(table), frame.drop(MONTH)


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


def write_rows(uri: Path, rows: pl.DataFrame, description: Description) -> DatasetVersion:
    """Replace the table's content in one Delta commit; the former versions stay readable."""
    uri.mkdir(parents=True, exist_ok=True)
    month = pl.col(EVENT_TIME).dt.strftime("%Y-%m").alias(MONTH)
    told = {DESCRIPTION: description.model_dump_json()}
    write_deltalake(
        str(uri),
        rows.with_columns(month).to_arrow(),
        mode="overwrite",
        schema_mode="overwrite",
        partition_by=[MONTH],
        commit_properties=CommitProperties(custom_metadata=told),
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
