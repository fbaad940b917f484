"""Sums of outcomes: what they are of, that they add, and what is expected of a block."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from mooring.drift.curve import ChanceCurve, ErrorCurve
from mooring.drift.outcomes import NAMES, Outcomes, OutcomeSums, outcomes_of

DRAW = np.random.default_rng(5)
ROWS = 4_000
SCORES = DRAW.uniform(0.05, 0.6, ROWS)
LATE = (DRAW.random(ROWS) < SCORES).astype(np.float64)
MINUTES = DRAW.uniform(30.0, 300.0, ROWS)
FLOWN = MINUTES + DRAW.normal(0.0, MINUTES / 10.0)
DAY = np.arange(ROWS) % 10

CHANCES = ChanceCurve.of(SCORES, LATE)
ERRORS = ErrorCurve.of(MINUTES, FLOWN)


def test_the_sums_of_a_chance_are_those_of_its_rows() -> None:
    sums = OutcomeSums.of(CHANCES, SCORES, LATE)
    loss = -np.where(LATE == 1.0, np.log(SCORES), np.log1p(-SCORES))
    entropy = -SCORES * np.log(SCORES) - (1.0 - SCORES) * np.log1p(-SCORES)
    assert (sums.rows, sums.label, sums.label_squared) == (ROWS, LATE.sum(), LATE.sum())
    assert sums.residual == pytest.approx((LATE - SCORES).sum())
    assert sums.loss == pytest.approx(loss.sum())
    assert sums.excess == pytest.approx((loss - entropy).sum())
    assert sums.squared == pytest.approx(((LATE - SCORES) ** 2).sum())


def test_the_sums_of_a_number_are_those_of_its_rows() -> None:
    sums = OutcomeSums.of(ERRORS, MINUTES, FLOWN)
    error = np.abs(FLOWN - MINUTES)
    assert sums.loss == pytest.approx(error.sum())
    assert sums.squared == pytest.approx((error**2).sum())
    assert sums.label_squared == pytest.approx((FLOWN**2).sum())
    assert sums.excess == pytest.approx(sums.loss - sums.expected_loss)


@pytest.mark.parametrize(
    ("curve", "predictions", "labels"),
    [
        pytest.param(CHANCES, SCORES, LATE, id="of a chance"),
        pytest.param(ERRORS, MINUTES, FLOWN, id="of a number"),
    ],
)
def test_what_is_expected_is_near_what_came(
    curve: ChanceCurve | ErrorCurve, predictions: np.ndarray, labels: np.ndarray
) -> None:
    sums = OutcomeSums.of(curve, predictions, labels)
    assert sums.expected_loss == pytest.approx(sums.loss, rel=0.02)
    assert sums.expected_squared == pytest.approx(sums.squared, rel=0.03)


def test_a_large_number_is_expected_to_be_missed_by_more() -> None:
    short, long = ERRORS.expected(np.array([40.0, 280.0]))[0]
    assert long > 3.0 * short


@given(st.lists(st.integers(0, 7), min_size=ROWS // 10, max_size=ROWS // 10))
def test_parts_add_up_to_the_whole(worker: list[int]) -> None:
    part = np.array(worker)
    rows = slice(0, len(part))
    whole = OutcomeSums.of(CHANCES, SCORES[rows], LATE[rows])
    found = OutcomeSums()
    for n in range(8):
        found += OutcomeSums.of(CHANCES, SCORES[rows][part == n], LATE[rows][part == n])
    for name in NAMES:
        assert getattr(found, name) == pytest.approx(getattr(whole, name), abs=1e-9)


def test_outcomes_are_frozen_by_block_whatever_the_order_of_the_rows() -> None:
    outcomes = outcomes_of("probability", SCORES, LATE, DAY)
    order = DRAW.permutation(ROWS)
    assert outcomes_of("probability", SCORES[order], LATE[order], DAY[order]) == outcomes
    assert [block.rows for block in outcomes.blocks] == [400.0] * 10
    assert outcomes.blocks[3].label == LATE[DAY == 3].sum()
    assert Outcomes.model_validate_json(outcomes.model_dump_json()) == outcomes


def test_a_block_is_expected_by_the_others_labels() -> None:
    alone = (np.arange(ROWS) % 10 == 9).astype(np.intp)
    labels = np.where(alone == 1, 1.0, 0.0)
    outcomes = outcomes_of("probability", np.full(ROWS, 0.4), labels, alone)
    # Had it seen its own labels, it would expect the loss that came.
    assert outcomes.blocks[1].expected_loss < 0.7 * outcomes.blocks[1].loss


def test_a_constant_prediction_has_a_curve_of_one_point() -> None:
    outcomes = outcomes_of("number", np.full(90, 3.0), np.arange(90.0), np.zeros(90, dtype=np.intp))
    assert isinstance(outcomes.curve, ErrorCurve)
    assert outcomes.curve.scores == (3.0,)


@pytest.mark.parametrize("column", [(), (1.0, 2.0)])
def test_a_column_of_another_length_is_refused(column: tuple[float, ...]) -> None:
    outcomes = outcomes_of("probability", SCORES, LATE, DAY)
    document = outcomes.model_dump() | {"sums": {**outcomes.sums, "loss": column}}
    with pytest.raises(ValidationError, match="one number for each sum of each block"):
        Outcomes.model_validate(document)
