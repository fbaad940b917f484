"""Curves against scikit-learn's own area, against known frequencies, and at their edges."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn.metrics import auc, roc_auc_score

from mooring.evaluation.curves import MOST_POINTS, Curves, calibration, curves, roc
from mooring.evaluation.metrics import Floats, calibration_error

DAYS, A_DAY = 20, 500


@pytest.fixture(scope="module")
def chances() -> Floats:
    return np.random.default_rng(1).beta(2, 5, DAYS * A_DAY)


@pytest.fixture(scope="module")
def labels(chances: Floats) -> Floats:
    """What comes of the chances, drawn row by row."""
    drawn = np.random.default_rng(2).random(len(chances)) < chances
    return drawn.astype(np.float64)


@pytest.fixture(scope="module")
def days() -> Floats:
    return np.repeat(np.arange(float(DAYS)), A_DAY)


def test_the_thinned_roc_keeps_its_area_and_its_ends(labels: Floats, chances: Floats) -> None:
    points = roc(labels, chances)
    false, true = np.array(points).T
    assert len(points) <= MOST_POINTS
    assert (points[0], points[-1]) == ((0.0, 0.0), (1.0, 1.0))
    assert (np.diff(points, axis=0) >= 0).all()
    assert auc(false, true) == pytest.approx(roc_auc_score(labels, chances), abs=5e-4)


def test_few_distinct_predictions_keep_every_point() -> None:
    labels, predictions = np.array([0.0, 1, 0, 1]), np.array([0.2, 0.2, 0.4, 0.8])
    assert roc(labels, predictions) == ((0, 0), (0, 0.5), (0.5, 0.5), (1, 1))


def test_bins_hold_all_rows_and_the_calibration_error(
    labels: Floats, chances: Floats, days: Floats
) -> None:
    bins = calibration(labels, chances, days)
    assert [part.rows for part in bins] == [len(labels) // 10] * 10
    assert [part.predicted for part in bins] == sorted(part.predicted for part in bins)
    gaps = [part.rows * abs(part.observed - part.predicted) for part in bins]
    assert sum(gaps) / len(labels) == pytest.approx(calibration_error(labels, chances))


def test_intervals_hold_the_true_chance(labels: Floats, chances: Floats, days: Floats) -> None:
    bins = calibration(labels, chances, days)
    held = [part.lower <= part.predicted <= part.upper for part in bins]
    assert sum(held) >= 8
    assert all(part.lower < part.observed < part.upper for part in bins)


def test_a_bad_day_widens_the_interval(labels: Floats, chances: Floats, days: Floats) -> None:
    """Rows of a day that all turn out alike are one observation, not five hundred."""
    alike = np.where(days < 4, 1.0, labels)
    by_day, by_row = (
        np.median([part.upper - part.lower for part in calibration(alike, chances, blocks)])
        for blocks in (days, np.arange(len(days)))
    )
    assert by_day > 2 * by_row


def test_a_number_has_residual_quantiles_and_no_roc(chances: Floats, days: Floats) -> None:
    found = curves("number", 100 * chances + 3, 100 * chances, days)
    assert found.roc == ()
    assert [value for _, value in found.residuals] == pytest.approx([3.0] * 7)
    assert [part.observed - part.predicted for part in found.bins] == pytest.approx([3.0] * 10)


def test_a_probability_has_a_roc_and_no_residuals(
    labels: Floats, chances: Floats, days: Floats
) -> None:
    found = curves("probability", labels, chances, days)
    assert (len(found.roc) > 50, len(found.bins), found.residuals) == (True, 10, ())


def test_the_same_rows_give_the_same_curves(labels: Floats, chances: Floats, days: Floats) -> None:
    first = curves("probability", labels, chances, days)
    assert curves("probability", labels.copy(), chances.copy(), days.copy()) == first


@pytest.mark.parametrize("kind", ["probability", "number"])
@pytest.mark.parametrize(
    "predictions",
    [pytest.param([], id="no rows"), pytest.param([0.1, math.nan], id="an answer that is NaN")],
)
def test_nothing_is_drawn_of(kind: str, predictions: list[float]) -> None:
    given = np.array(predictions)
    found = curves(kind, np.ones(len(given)), given, given)  # type: ignore[arg-type]
    assert found == Curves()


def test_one_class_has_bins_and_no_roc() -> None:
    found = curves("probability", np.zeros(40), np.linspace(0, 1, 40), np.arange(40.0))
    assert (found.roc, len(found.bins)) == ((), 10)


def test_one_block_has_no_interval() -> None:
    first, *_ = calibration(np.zeros(40), np.linspace(0, 1, 40), np.zeros(40))
    assert np.isnan((first.lower, first.upper)).all()
