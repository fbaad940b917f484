"""Metrics of arms: each against another, in the unit of the label."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from tests.loop.arms import Bench
from tests.loop.closed import Loop, answered
from tests.loop.judged import measured

FIRST, LAST = date(2013, 7, 1), date(2013, 8, 31)


def test_an_arm_is_no_better_than_itself(thin: Loop) -> None:
    never = Bench(thin).served([])
    for found in measured(thin.year, never, never, FIRST, LAST):
        assert (found.difference, found.lower, found.upper) == (0.0, 0.0, 0.0)


def test_metrics_are_of_what_was_answered(thin: Loop) -> None:
    bench = Bench(thin)
    never, retrained = bench.served([]), bench.served([date(2013, 5, 6)])
    absolute, root = measured(thin.year, retrained, never, FIRST, LAST)
    rows = thin.year.within(FIRST, LAST)
    wrong = thin.year.labels[rows] - answered(thin.year, retrained)[rows]
    assert absolute.value == pytest.approx(np.abs(wrong).mean())
    assert absolute.value == pytest.approx(bench.loss(retrained, FIRST, LAST))
    assert root.value == pytest.approx(np.sqrt((wrong**2).mean()))
    assert absolute.lower <= absolute.difference <= absolute.upper
    assert root.lower <= root.difference <= root.upper
