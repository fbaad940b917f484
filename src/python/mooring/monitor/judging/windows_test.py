"""Windows tile the days, and only events close them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mooring.monitor.judging.windows import Tumbling, Window, first_whole_day

FIRST = date(2013, 4, 3)
WEEKS = Tumbling(FIRST, 7)
HORIZON = 259_200.0


def at(day: date, hour: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


@settings(deadline=None)
@given(st.integers(0, 3_000), st.integers(1, 40))
def test_every_day_lies_in_one_window_of_its_own(offset: int, days: int) -> None:
    windows = Tumbling(FIRST, days)
    day = FIRST + timedelta(days=offset)
    window = windows.holding(day)
    assert window is not None
    assert day in window.dates
    assert len(window.dates) == days
    assert {windows.holding(each) for each in window.dates} == {window}


def test_before_the_first_day_there_is_no_window() -> None:
    assert WEEKS.holding(FIRST - timedelta(days=1)) is None


@pytest.mark.parametrize(
    ("watermark", "closed"),
    [
        pytest.param(at(FIRST + timedelta(days=6), 23), 0, id="an hour before its end"),
        pytest.param(at(FIRST + timedelta(days=7)), 1, id="at its end"),
        pytest.param(at(FIRST - timedelta(days=30)), 0, id="before the first day"),
        pytest.param(at(FIRST + timedelta(days=30)), 4, id="after a gap of weeks"),
    ],
)
def test_the_watermark_closes_windows(watermark: datetime, closed: int) -> None:
    assert len(list(WEEKS.closed(watermark))) == closed


def test_a_window_matures_when_labels_have_had_their_time() -> None:
    end = FIRST + timedelta(days=7)
    early, late = at(end + timedelta(days=2), 23), at(end + timedelta(days=3))
    assert list(WEEKS.matured(early, HORIZON)) == []
    assert list(WEEKS.matured(late, HORIZON)) == [Window(FIRST, end)]
    assert early < Window(FIRST, end).matures(HORIZON) <= late


def test_windows_that_were_judged_are_not_named_again() -> None:
    second = FIRST + timedelta(days=7)
    found = list(WEEKS.closed(at(FIRST + timedelta(days=22)), since=second))
    assert [window.start for window in found] == [second, second + timedelta(days=7)]


def test_the_day_of_a_promotion_belongs_to_nobody() -> None:
    assert first_whole_day(at(FIRST, 5)) == FIRST + timedelta(days=1)
