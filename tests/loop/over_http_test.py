"""What the year over HTTP says of itself; the year is run by hand (docs/loop/http.md)."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl

from mooring.cli.registry import find_model
from mooring.replay.journal import Progress
from tests.loop.over_http import Clock, Through, page

APRIL, MAY = (datetime(2013, month, 1, 12, tzinfo=UTC) for month in (4, 5))
PROGRESS = Progress(done=1, batches=2, rows=300, labels=290)
INCIDENT = {
    "alarm": MAY.date(), "reason": "labels", "asked": MAY.date(), "state": "not_blessed",
    "approved_by": "who replays", "end": MAY.date(), "seconds": 61.2, "why": "log_loss",
}  # fmt: skip


def test_an_instant_is_of_the_last_day_that_had_begun() -> None:
    clock = Clock("flight_delay", lambda: None, ours=[10.0, 20.0], past=[APRIL, MAY])
    assert [clock.day(at) for at in (5.0, 19.9, 20.0, 99.0)] == [
        APRIL.date(), APRIL.date(), MAY.date(), MAY.date(),
    ]  # fmt: skip


def test_what_is_due_daily_is_done_once_a_day() -> None:
    days: list[str] = []
    clock = Clock("flight_delay", lambda: days.append("a day"))
    for at in (APRIL, APRIL.replace(hour=13), MAY):
        clock.told(PROGRESS, at)
    assert len(days) == 2
    assert clock.past == [APRIL, APRIL.replace(hour=13), MAY]


def test_the_page_has_every_incident_and_every_month() -> None:
    months = pl.DataFrame(
        {"month": [4], "rows": [300], "versions": [[1, 2]], "value": [0.5], "value never": [0.6]}
    )
    told = page(find_model("flight_delay"), Through(PROGRESS, 3.0, [INCIDENT]), months)
    assert "300 rows and 290 labels in 3 s (100 rows a second)" in told
    assert "| 2013-05-01 | not blessed, approved | 2013-05-01 | 61 | log_loss |" in told
    assert "| 4 | 300 | 1, 2 | 0.5000 | 0.6000 |" in told
