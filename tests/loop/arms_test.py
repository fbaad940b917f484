"""Schedules: Mondays of production, as many as were asked for, the same each time."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest

from tests.loop.arms import Bench, at_random, even, monthly
from tests.loop.closed import Loop
from tests.loop.year import END, START


def test_monthly_is_the_first_monday_of_each_month_after_the_first() -> None:
    assert [day.month for day in monthly()] == list(range(5, 13))
    assert all(day.weekday() == 0 and day.day <= 7 for day in monthly())


@pytest.mark.parametrize("count", [0, 1, 3, 6])
def test_an_even_schedule_cuts_production_into_equal_parts(count: int) -> None:
    days = [START, *even(count), END]
    gaps = [(later - day).days for day, later in pairwise(days)]
    assert len(days) == count + 2
    assert max(gaps) - min(gaps) <= 14
    assert all(day.weekday() == 0 for day in even(count))


def test_schedules_at_random_are_of_different_mondays_and_the_same_again() -> None:
    drawn = at_random(4, 50, 1)
    assert drawn == at_random(4, 50, 1)
    assert all(len(set(days)) == 4 and days == sorted(days) for days in drawn)
    assert {day.weekday() for days in drawn for day in days} == {0}
    assert START not in {day for days in drawn for day in days}


def test_a_loss_is_that_of_who_answers_each_day(thin: Loop) -> None:
    bench = Bench(thin)
    first, last = date(2013, 4, 1), date(2013, 6, 30)
    never, retrained = bench.served([]), bench.served([date(2013, 5, 6)])
    assert len(retrained) == 2
    before = date(2013, 5, 6)
    assert bench.loss(never, first, before) == bench.loss(retrained, first, before)
    assert bench.loss(never, first, last) != bench.loss(retrained, first, last)
