from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from mooring.monitor.pace import Pace

MONDAY, TUESDAY = date(2013, 4, 1), date(2013, 4, 2)


@dataclass
class Clock:
    at: float = 100.0

    def __call__(self) -> float:
        return self.at


def test_a_day_rests_nine_times_as_long_as_its_count_took() -> None:
    clock = Clock()
    pace = Pace(clock)
    assert pace.due("barge", {TUESDAY, MONDAY}) == [MONDAY, TUESDAY]
    began = pace.now()
    clock.at += 2.0
    pace.counted("barge", MONDAY, began)
    clock.at += 17.0
    assert pace.due("barge", {MONDAY, TUESDAY}) == [TUESDAY]
    assert pace.due("ferry", {MONDAY}) == [MONDAY]
    clock.at += 1.0
    assert pace.due("barge", {MONDAY, TUESDAY}) == [MONDAY, TUESDAY]


def test_tables_are_made_compact_after_many_segments_of_a_model() -> None:
    pace = Pace()
    assert not pace.compact("barge", 63)
    assert not pace.compact("ferry", 1)
    assert pace.compact("barge", 1)
    assert not pace.compact("barge", 1)


def test_old_days_go_once_for_each_day() -> None:
    pace = Pace()
    assert [pace.retain("barge", day) for day in (MONDAY, MONDAY, TUESDAY)] == [True, False, True]
