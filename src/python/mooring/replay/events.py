"""The past as it is sent: requests of rows of one hour, and when each row's label became known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import polars as pl

from mooring.contract.contract import Contract
from mooring.data.columns import instances_from
from mooring.data.source import EVENT_TIME, ROW_ID
from mooring.replay.errors import NoLabelTimes

LABELLED_AT = "labelled_at"

# No feature can be called so.
_HOUR = "@hour"

# Rows of one request: all of an hour's flights go in one.
MOST_ROWS = 200


@dataclass(frozen=True)
class Batch:
    """One request: rows of the hour that begins at `at`, what turned out to be true, and when."""

    at: datetime
    instances: Sequence[dict[str, Any]]
    labels: tuple[float, ...]
    labelled_at: tuple[datetime, ...]


def batches(contract: Contract, rows: pl.DataFrame, start: date, end: date) -> list[Batch]:
    """The requests of the days `start` to `end`, inclusive, UTC, in the order of time.

    `rows` have the contract's features, its label, `row_id`, `event_time` and `labelled_at`.
    """
    chosen = rows.filter(pl.col(EVENT_TIME).dt.date().is_between(start, end)).sort(
        EVENT_TIME, ROW_ID
    )
    begins = pl.col(EVENT_TIME).dt.truncate("1h").alias(_HOUR)
    hours = chosen.with_columns(begins).partition_by(_HOUR, maintain_order=True)
    return [
        _batch(contract, part)
        for hour in hours
        for part in hour.iter_slices(MOST_ROWS)
    ]  # fmt: skip


def with_label_times(rows: pl.DataFrame, known: pl.DataFrame, model: str) -> pl.DataFrame:
    """Rows with the instant at which the label of each became known, from `row_id` and
    `labelled_at`. Raises NoLabelTimes where one is missing.
    """
    joined = rows.join(known.select(ROW_ID, LABELLED_AT), on=ROW_ID, how="left")
    missing = joined[LABELLED_AT].null_count()
    if missing:
        raise NoLabelTimes(
            f"{missing} rows have no instant at which their label became known",
            place=f"source of {model}",
            cure="Let `labelled_at` of its DataSource name every row that `extract` gives.",
        )
    return joined


def _batch(contract: Contract, part: pl.DataFrame) -> Batch:
    return Batch(
        part[_HOUR][0],
        instances_from(contract, part),
        tuple(part[contract.prediction.label].cast(pl.Float64).to_list()),
        tuple(part[LABELLED_AT].to_list()),
    )
