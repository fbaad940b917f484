"""The split by time: in order and without a shared day, or not at all."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mooring.bundle.manifest import Period
from mooring.training.errors import SplitError
from mooring.training.plan import TimeSplit, TrainingPlan

Days = tuple[str, str]

JANUARY = ("2013-01-01", "2013-01-31")
FEBRUARY = ("2013-02-01", "2013-02-28")
MARCH = ("2013-03-01", "2013-03-31")


def split(fit: Days, calibrate: Days, holdout: Days) -> TimeSplit:
    periods = [Period(start=start, end=end) for start, end in (fit, calibrate, holdout)]
    return TimeSplit(*periods)


def test_periods_that_follow_each_other_are_fine() -> None:
    assert split(JANUARY, FEBRUARY, MARCH).training == Period(start="2013-01-01", end="2013-02-28")


def test_periods_of_one_day_with_days_between_are_fine() -> None:
    days = [(day, day) for day in ("2013-01-01", "2013-01-03", "2013-01-05")]
    assert split(*days).holdout.start == "2013-01-05"


@pytest.mark.parametrize(
    "periods",
    [
        pytest.param((MARCH, JANUARY, FEBRUARY), id="fitted on what comes last"),
        pytest.param((JANUARY, MARCH, FEBRUARY), id="judged on what comes before calibration"),
        pytest.param((JANUARY, JANUARY, MARCH), id="calibrated on what was fitted"),
        pytest.param((JANUARY, ("2013-01-31", "2013-02-28"), MARCH), id="one shared day"),
        pytest.param((JANUARY, FEBRUARY, ("2013-02-28", "2013-03-31")), id="a holdout shared"),
        pytest.param((JANUARY, FEBRUARY, MARCH[::-1]), id="a period that runs backwards"),
    ],
)
def test_a_split_is_refused_when(periods: tuple[Days, Days, Days]) -> None:
    with pytest.raises(SplitError, match="without a shared day"):
        split(*periods)


def test_a_quantity_needs_no_period_to_calibrate() -> None:
    fit, holdout = Period(start=JANUARY[0], end=JANUARY[1]), Period(start=MARCH[0], end=MARCH[1])
    assert TimeSplit(fit=fit, calibrate=None, holdout=holdout).training == fit
    with pytest.raises(SplitError, match="without a shared day"):
        TimeSplit(fit=holdout, calibrate=None, holdout=fit)


def test_a_probability_is_not_calibrated_on_nothing(plan: TrainingPlan) -> None:
    split = replace(plan.split, calibrate=None)
    with pytest.raises(SplitError, match="no period is kept for it"):
        replace(plan, split=split)
    assert not replace(plan, split=split, calibration=None).calibrates
    assert plan.calibrates
