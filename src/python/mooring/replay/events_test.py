"""The past cut into requests: by the hour, in order, with nothing of a row changed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Annotated

import polars as pl
from annotated_types import Ge, Le

from mooring.contract.contract import Contract, Prediction
from mooring.contract.features import Features
from mooring.replay.events import MOST_ROWS, batches

FIRST = datetime(2013, 4, 1, 0, 30, tzinfo=UTC)


class Trip(Features):
    """One trip; a feature may be called as a column of ours would be."""

    hour: Annotated[int, Ge(0), Le(23)]


CONTRACT = Contract.of(
    Trip, name="trip", version="1.0", prediction=Prediction(name="p", kind="number", label="y")
)


def trips(*minutes: int) -> pl.DataFrame:
    left = [FIRST + timedelta(minutes=m) for m in minutes]
    return pl.DataFrame(
        {
            "row_id": [f"{m:05}" for m in range(len(minutes))],
            "event_time": left,
            "hour": [at.hour for at in left],
            "y": [float(m) for m in minutes],
            "labelled_at": [at + timedelta(hours=2) for at in left],
        }
    )


def test_rows_of_an_hour_go_together_in_the_order_of_time() -> None:
    found = batches(CONTRACT, trips(95, 5, 10, 40), date(2013, 4, 1), date(2013, 4, 1))
    assert [(each.at.hour, each.labels) for each in found] == [
        (0, (5.0, 10.0)), (1, (40.0,)), (2, (95.0,)),
    ]  # fmt: skip
    assert found[0].instances == [{"hour": 0}, {"hour": 0}]
    assert found[2].labelled_at == (FIRST + timedelta(minutes=95, hours=2),)


def test_days_are_inclusive_and_others_left_out() -> None:
    rows = trips(0, 24 * 60, 2 * 24 * 60, 3 * 24 * 60)
    found = batches(CONTRACT, rows, date(2013, 4, 2), date(2013, 4, 3))
    assert [each.at.day for each in found] == [2, 3]


def test_a_crowded_hour_goes_in_parts() -> None:
    found = batches(CONTRACT, trips(*[7] * (MOST_ROWS + 1)), FIRST.date(), FIRST.date())
    assert [len(each.instances) for each in found] == [MOST_ROWS, 1]
