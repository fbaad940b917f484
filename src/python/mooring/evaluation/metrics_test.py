"""Metrics against values worked out by hand, and NaN where there is nothing to say."""

from __future__ import annotations

import doctest
import math
from typing import Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mooring.evaluation import metrics
from mooring.evaluation.metrics import CALIBRATION_BINS, Floats, calibration_error, score

CLASSIFICATION = {"roc_auc", "brier", "log_loss", "ece", "base_rate", "mean_prediction"}
REGRESSION = {"mae", "rmse", "r2"}

PAIRS = st.tuples(st.sampled_from([0.0, 1.0]), st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.75, 1.0]))


def floats(*values: float) -> Floats:
    return np.array(values, dtype=np.float64)


def test_the_documented_examples_hold() -> None:
    assert doctest.testmod(metrics).attempted > 0
    assert doctest.testmod(metrics).failed == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        # Pairs of (late, on time): 0.8 > 0.4, 0.8 > 0.1, 0.3 < 0.4, 0.3 > 0.1: three of four.
        pytest.param("roc_auc", 0.75, id="the share of pairs in the right order"),
        pytest.param("brier", (0.04 + 0.49 + 0.16 + 0.01) / 4, id="the mean squared error"),
        pytest.param(
            "log_loss", -math.log(0.8 * 0.3 * 0.6 * 0.9) / 4, id="the mean surprise in nats"
        ),
        pytest.param("base_rate", 0.5, id="the share of ones"),
        pytest.param("mean_prediction", 0.4, id="the mean prediction"),
        # With more bins than rows every row is a bin of its own.
        pytest.param("ece", (0.2 + 0.7 + 0.4 + 0.1) / 4, id="the mean gap of bins"),
    ],
)
def test_probabilities_are_scored_by(name: str, value: float) -> None:
    found = score("probability", floats(1, 1, 0, 0), floats(0.8, 0.3, 0.4, 0.1))
    assert found[name] == pytest.approx(value, abs=1e-12)
    assert set(found) == CLASSIFICATION


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("mae", 2.0, id="the mean absolute error"),
        pytest.param("rmse", math.sqrt((1 + 9 + 4) / 3), id="the root of the mean squared error"),
        pytest.param("r2", 1 - 14 / 200, id="the share of variance that is explained"),
    ],
)
def test_quantities_are_scored_by(name: str, value: float) -> None:
    found = score("number", floats(10, 20, 30), floats(11, 17, 32))
    assert found[name] == pytest.approx(value, abs=1e-12)
    assert set(found) == REGRESSION


@pytest.mark.parametrize(
    ("kind", "labels", "predictions", "undefined"),
    [
        pytest.param("probability", [], [], CLASSIFICATION, id="no rows: everything"),
        pytest.param("probability", [1, 1], [0.5, 0.9], {"roc_auc"}, id="one class: AUC alone"),
        pytest.param(
            "probability", [0, 1], [0.5, math.nan], CLASSIFICATION, id="a NaN answer: everything"
        ),
        pytest.param(
            "probability",
            [0, 1],
            [0.5, math.inf],
            CLASSIFICATION,
            id="an infinite answer: everything",
        ),
        pytest.param("number", [], [], REGRESSION, id="no quantities: everything"),
        pytest.param("number", [3], [3], REGRESSION, id="one quantity: everything"),
        pytest.param("number", [3, 4], [3, math.nan], REGRESSION, id="a NaN quantity: everything"),
    ],
)
def test_what_is_undefined_is_nan(
    kind: Literal["probability", "number"],
    labels: list[float],
    predictions: list[float],
    undefined: set[str],
) -> None:
    found = score(kind, floats(*labels), floats(*predictions))
    assert {name for name, value in found.items() if math.isnan(value)} == undefined


def test_a_certain_and_wrong_answer_costs_much_but_not_infinity() -> None:
    assert 10 < score("probability", floats(0, 1), floats(1, 0))["log_loss"] < 100


@given(st.lists(PAIRS, min_size=1, max_size=60), st.integers(1, 12))
def test_calibration_error_is_the_weighted_gap_of_bins_of_equal_size(
    pairs: list[tuple[float, float]], bins: int
) -> None:
    labels, predictions = floats(*(y for y, _ in pairs)), floats(*(p for _, p in pairs))
    found = calibration_error(labels, predictions, bins)
    assert found == pytest.approx(by_hand(pairs, bins), abs=1e-12)


def by_hand(pairs: list[tuple[float, float]], bins: int) -> float:
    """Walk the rows in order of prediction; the first rows % bins bins hold one row more."""
    ranked = sorted(pairs, key=lambda pair: pair[1])
    size, longer = divmod(len(ranked), bins)
    total, start = 0.0, 0
    for number in range(bins):
        end = start + size + (number < longer)
        total += abs(sum(y for y, _ in ranked[start:end]) - sum(p for _, p in ranked[start:end]))
        start = end
    return total / len(ranked)


def test_a_calibrated_forecast_has_no_calibration_error() -> None:
    labels = np.tile(floats(1, 0, 0, 0), CALIBRATION_BINS)
    assert calibration_error(labels, np.full(len(labels), 0.25)) == pytest.approx(0)


def test_nothing_has_no_calibration_error_at_all() -> None:
    assert math.isnan(calibration_error(floats(), floats()))
