"""A moved plan: the last days judge, those before calibrate, all others fit, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mooring.bundle.manifest import Period
from mooring.contract.contract import Contract, Prediction
from mooring.training.conftest import Trip
from mooring.training.errors import SplitError
from mooring.training.plan import TrainingPlan
from mooring.training.retrain import moved

FIRST, LAST = date(2013, 1, 1), date(2013, 5, 31)


@pytest.fixture
def number(plan: TrainingPlan) -> TrainingPlan:
    quantity = Prediction(name="minutes", kind="number", label="took")
    contract = Contract.of(Trip, name="trip", version="1.0", prediction=quantity)
    return replace(plan, contract=contract)


def test_a_probability_keeps_two_weeks_to_judge_and_two_to_calibrate(plan: TrainingPlan) -> None:
    split = moved(plan, FIRST, LAST).split
    assert split.holdout == Period(start="2013-05-18", end="2013-05-31")
    assert split.calibrate == Period(start="2013-05-04", end="2013-05-17")
    assert split.fit == Period(start="2013-01-01", end="2013-05-03")


def test_a_number_is_not_calibrated(number: TrainingPlan) -> None:
    split = moved(number, FIRST, LAST).split
    assert split.calibrate is None
    assert split.fit == Period(start="2013-01-01", end="2013-05-17")


def test_the_recipe_stays_and_the_card_says_what_its_limits_are_of(plan: TrainingPlan) -> None:
    retrain = moved(replace(plan, known_limits=("Knows no summer.",)), FIRST, LAST)
    assert retrain.pipeline is plan.pipeline
    assert (retrain.seed, retrain.tolerance) == (plan.seed, plan.tolerance)
    said, kept = retrain.known_limits
    assert "2013-01-01 to 2013-05-17" in said
    assert "2013-01-01 to 2013-01-21" in said
    assert kept == "Knows no summer."


@pytest.mark.parametrize(
    ("days", "is_long_enough"),
    [
        pytest.param(42, True, id="as many days to fit as to judge"),
        pytest.param(41, False, id="one day fewer to fit than to judge"),
        pytest.param(1, False, id="a single day"),
        pytest.param(0, False, id="no day at all"),
    ],
)
def test_how_many_days_a_retrain_takes(plan: TrainingPlan, days: int, is_long_enough: bool) -> None:
    last = FIRST + timedelta(days=days - 1)
    if is_long_enough:
        assert moved(plan, FIRST, last).split.fit.end == "2013-01-14"
        return
    with pytest.raises(SplitError, match="42 days"):
        moved(plan, FIRST, last)


@pytest.mark.parametrize("kept", [{"holdout_days": 0}, {"calibrate_days": 0}], ids=str)
def test_a_retrain_without_a_day_to_judge_or_calibrate_is_refused(
    plan: TrainingPlan, kept: dict[str, int]
) -> None:
    with pytest.raises(SplitError, match="no day is kept"):
        moved(plan, FIRST, LAST, **kept)


@given(days=st.integers(42, 700), shift=st.integers(0, 2_000))
def test_every_day_belongs_to_one_period(plan: TrainingPlan, days: int, shift: int) -> None:
    first = FIRST + timedelta(days=shift)
    last = first + timedelta(days=days - 1)
    split = moved(plan, first, last).split
    calibrate = split.calibrate
    assert calibrate is not None
    periods = [split.fit, calibrate, split.holdout]
    spans = [(date.fromisoformat(p.start), date.fromisoformat(p.end)) for p in periods]
    assert spans[0][0] == first
    assert spans[-1][1] == last
    assert sum((end - start).days + 1 for start, end in spans) == days
