"""Estimates without labels: the mean over labels as they will be drawn, where chances are right."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

from mooring.drift.estimate import Calibration, expected

RNG = np.random.default_rng(20261130)


def drawn(rows: int, rng: np.random.Generator = RNG) -> tuple[np.ndarray, np.ndarray]:
    """Chances, and scores that are sure of themselves beyond them."""
    logits = rng.normal(-1.0, 1.2, rows)
    return 1 / (1 + np.exp(-logits)), np.round(1 / (1 + np.exp(-1.6 * logits)), 2)


def test_an_estimate_is_the_mean_over_labels_that_are_drawn_by_the_chances() -> None:
    chances, scores = drawn(400)
    realised = []
    for _ in range(1_000):
        labels = RNG.random(400) < chances
        realised.append((
            labels.mean(), brier_score_loss(labels, scores),
            log_loss(labels, np.clip(scores, 1e-6, 1 - 1e-6)), roc_auc_score(labels, scores),
        ))  # fmt: skip
    means, errors = np.mean(realised, axis=0), np.std(realised, axis=0) / math.sqrt(1_000)
    found = expected(scores, chances)
    for metric, mean, error in zip(
        ("base_rate", "brier", "log_loss", "roc_auc"), means, errors, strict=True
    ):
        # The one of roc_auc is off by less than 1/n besides.
        assert found[metric] == pytest.approx(mean, abs=4 * error + 1 / 400 / 4), metric


@given(st.lists(st.tuples(st.integers(0, 4), st.floats(0, 1)), min_size=1, max_size=30))
def test_the_area_counts_every_pair_of_two_rows(rows: list[tuple[int, float]]) -> None:
    scores, chances = (np.array(side, dtype=np.float64) for side in zip(*rows, strict=True))
    pairs = ordered = 0.0
    for i in range(len(rows)):
        for j in range(len(rows)):
            if i != j:
                weight = chances[i] * (1 - chances[j])
                pairs += weight
                ordered += weight * ((scores[i] > scores[j]) + 0.5 * (scores[i] == scores[j]))
    found = expected(scores / 4, chances)["roc_auc"]
    if pairs > 1e-9:
        assert found == pytest.approx(ordered / pairs, abs=1e-9)


def test_without_rows_there_is_no_estimate() -> None:
    assert all(math.isnan(value) for value in expected([], []).values())


def test_calibration_is_scikit_learns_isotonic_regression_through_the_middle_of_its_steps() -> None:
    chances, scores = drawn(2_000)
    labels = (RNG.random(2_000) < chances).astype(float)
    calibration = Calibration.of(scores, labels)
    oracle = IsotonicRegression().fit(scores, labels)
    np.testing.assert_allclose(
        calibration.chances, oracle.predict(calibration.scores.round(12)), atol=1e-9
    )
    assert (np.diff(calibration.chances) > 0).all()
    # What was too sure of itself is so no more.
    sure = np.array([0.02, 0.9])
    corrected = calibration.chance(sure)
    assert corrected[0] > sure[0]
    assert corrected[1] < sure[1]


@pytest.mark.parametrize(
    ("scores", "labels", "chance"),
    [
        pytest.param([0.5], [1.0], 1 - 1e-6, id="one row"),
        pytest.param([0.1, 0.9], [0.0, 0.0], 1e-6, id="one class"),
        pytest.param([0.3, 0.3, 0.3, 0.3], [1.0, 0.0, 0.0, 0.0], 0.25, id="a constant score"),
        pytest.param([0.1, 0.9], [1.0, 0.0], 0.5, id="the wrong way round"),
    ],
)
def test_little_to_calibrate_with_gives_chances_all_the_same(
    scores: list[float], labels: list[float], chance: float
) -> None:
    calibration = Calibration.of(scores, labels)
    assert calibration.chance([0.0, 0.4, 1.0]).tolist() == pytest.approx([chance] * 3)


def test_no_rows_calibrate_nothing() -> None:
    with pytest.raises(ValueError, match="no rows"):
        Calibration.of([], [])


def follows(shift: float, concept: float) -> tuple[float, float]:
    """Estimated and realised log loss after a shift of the inputs and one of what they mean."""
    rng = np.random.default_rng(7)

    def rows(shift: float, concept: float) -> tuple[np.ndarray, np.ndarray]:
        logits = rng.normal(-1.0 + shift, 1.0, 20_000)
        labels = rng.random(20_000) < 1 / (1 + np.exp(-(1 - concept) * logits))
        return 1 / (1 + np.exp(-1.5 * logits)), labels.astype(float)

    calibration = Calibration.of(*rows(0.0, 0.0))
    scores, labels = rows(shift, concept)
    estimated = expected(scores, calibration.chance(scores))["log_loss"]
    return estimated, float(log_loss(labels, scores))


def test_a_shift_of_the_inputs_is_followed_and_a_new_concept_is_not_seen() -> None:
    estimated, realised = follows(shift=0.8, concept=0.0)
    assert estimated == pytest.approx(realised, abs=0.02)
    estimated, realised = follows(shift=0.0, concept=1.5)
    assert realised > estimated + 0.3
