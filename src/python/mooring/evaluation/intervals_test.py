"""Intervals of one model's metrics: exact per resample, around the value, wide enough by day."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from mooring.evaluation.bootstrap import METRICS, multiplicities
from mooring.evaluation.intervals import BOUNDED, LEAST_BLOCKS, _resampled, interval
from mooring.evaluation.metrics import Floats

SEEDS = st.integers(0, 2**32 - 1)
OTHERS = [metric for metric in BOUNDED if metric not in METRICS]


def by_hand(metric: str, labels: Floats, predictions: Floats, weights: Floats) -> float:
    if metric == "r2":
        return float(metrics.r2_score(labels, predictions, sample_weight=weights))
    if metric == "rmse":
        square = metrics.mean_squared_error(labels, predictions, sample_weight=weights)
        return math.sqrt(float(square))
    values = labels if metric == "base_rate" else predictions
    return float(np.average(values, weights=weights))


@pytest.mark.parametrize("metric", OTHERS)
@given(SEEDS)
def test_a_resample_is_the_metric_of_rows_weighted_so(metric: str, seed: int) -> None:
    random = np.random.default_rng(seed)
    labels, predictions = 1_000 + random.normal(0, 1, (2, 200))
    days, draws = random.integers(0, 8, 200), multiplicities(8, 5, random)
    found = _resampled(metric, labels, predictions, days, 8)(draws)
    expected = [by_hand(metric, labels, predictions, draw[days]) for draw in draws]
    assert found == pytest.approx(expected, rel=1e-9)


def rows(seed: int, count: int = 300) -> tuple[Floats, Floats]:
    random = np.random.default_rng(seed)
    labels = random.integers(0, 2, count).astype(np.float64)
    return labels, np.clip(labels * 0.4 + random.random(count) * 0.6, 0.01, 0.99)


@pytest.mark.parametrize("metric", BOUNDED)
def test_the_seed_decides_the_interval_and_the_order_of_rows_does_not(metric: str) -> None:
    labels, predictions = rows(1)
    days, order = np.arange(300) % 12, np.random.default_rng(2).permutation(300)
    once = interval(metric, labels, predictions, days)
    again = interval(metric, labels[order], predictions[order], days[order])
    assert once.lower is not None
    assert once.upper is not None
    assert (again.lower, again.upper) == pytest.approx((once.lower, once.upper), abs=1e-12)
    assert once.lower < once.upper


@pytest.mark.parametrize(
    ("metric", "days", "reason"),
    [
        pytest.param("ece", 12, "no interval for ece", id="calibration error"),
        pytest.param(
            "brier", LEAST_BLOCKS - 1, "no interval from 4 days, fewer than 5", id="few days"
        ),
    ],
)
def test_there_is_no_interval(metric: str, days: int, reason: str) -> None:
    found = interval(metric, *rows(1), np.arange(300) % days)
    assert (found.lower, found.upper, found.reason) == (None, None, reason)


def test_as_many_days_as_are_needed_have_one() -> None:
    assert interval("brier", *rows(1), np.arange(300) % LEAST_BLOCKS).lower is not None


def test_a_class_that_is_there_on_one_day_only_has_none() -> None:
    labels, predictions = rows(1)
    days = np.arange(300) % 12
    found = interval("roc_auc", labels * (days == 3), predictions, days)
    assert found.reason == "no interval: roc_auc is undefined without some of the days"
    assert interval("r2", np.ones(300), predictions, days).lower is None


@pytest.mark.parametrize("metric", ["mean_prediction", "r2", "roc_auc"])
def test_an_answer_that_is_no_number_has_none(metric: str) -> None:
    labels, predictions = rows(1)
    broken = np.where(np.arange(300) == 7, np.nan, predictions)
    assert interval(metric, labels, broken, np.arange(300) % 12).lower is None


def test_days_that_differ_are_held_in_nine_of_ten_intervals_or_more() -> None:
    """Generated: 17 days of 40 rows, each day with an error of its own; the true MAE is known."""
    held = 0
    for seed in range(300):
        random = np.random.default_rng(seed)
        days = np.repeat(np.arange(17), 40)
        errors = np.abs(5 + random.normal(0, 0.6, 17)[days] + random.normal(0, 1, len(days)))
        found = interval("mae", np.zeros(len(days)), errors, days)
        assert found.lower is not None
        assert found.upper is not None
        held += found.lower <= 5 <= found.upper
    assert 0.92 <= held / 300 <= 0.99
