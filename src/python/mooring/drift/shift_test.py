"""Means over blocks: Student's test where blocks are alike in size, and its level where not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import binomtest, ttest_ind

from mooring.drift.shift import Shift, shift

Floats = NDArray[np.float64]


def days(
    number: int, rng: np.random.Generator, mean: float = 0.0, between: float = 0.1
) -> tuple[Floats, Floats]:
    """Sums and rows of days that have means of their own, in rows of standard deviation 0.4."""
    rows = rng.integers(600, 1_000, number).astype(np.float64)
    own = mean + between * rng.standard_normal(number)
    return rows * own + 0.4 * np.sqrt(rows) * rng.standard_normal(number), rows


def p_values(mean: float, least: float, runs: int) -> Floats:
    rng = np.random.default_rng(20130401)
    pairs = ((days(17, rng), days(7, rng, mean)) for _ in range(runs))
    return np.array([shift(*a, *b).p_value(least) for a, b in pairs])


@pytest.mark.parametrize(
    ("mean", "least"),
    [
        pytest.param(0.0, 0.0, id="no shift"),
        pytest.param(0.05, 0.05, id="the largest that does not matter"),
        pytest.param(-0.05, 0.05, id="to the other side"),
    ],
)
@pytest.mark.parametrize("level", [0.05, 0.01])
def test_of_means_that_did_not_shift_few_are_found(mean: float, least: float, level: float) -> None:
    p = p_values(mean, least, 1_000)
    assert binomtest(int((p < level).sum()), len(p), level, "greater").pvalue > 1e-3


def test_a_shift_of_twice_the_spread_of_days_is_found_in_a_week() -> None:
    assert (p_values(0.25, 0.02, 200) < 0.01).mean() > 0.9


def test_blocks_of_one_size_are_students_test_of_their_means() -> None:
    rng = np.random.default_rng(5)
    first, second = rng.normal(size=17), rng.normal(0.5, size=7)
    oracle = ttest_ind(first, second)
    found = shift(first * 900, [900] * 17, second * 900, [900] * 7)
    assert found.p_value(0.0) == pytest.approx(oracle.pvalue)
    assert found.difference == pytest.approx(second.mean() - first.mean())
    assert found.degrees == 22


@pytest.mark.parametrize("least", [0.0, 0.02])
def test_a_difference_at_its_critical_value_has_that_p_value(least: float) -> None:
    rng = np.random.default_rng(6)
    found = shift(*days(17, rng), *days(7, rng))
    at = Shift(found.critical_difference(0.01, least), found.error, found.degrees)
    assert at.p_value(least) == pytest.approx(0.01, rel=1e-4)


sums = st.lists(st.tuples(st.floats(-1e6, 1e6), st.integers(0, 1_000)), max_size=5)


@settings(deadline=None)
@given(sums, sums)
def test_any_sums_have_a_chance_or_cannot_be_tested(
    first: list[tuple[float, int]], second: list[tuple[float, int]]
) -> None:
    sides = [[pair[i] for pair in side] for side in (first, second) for i in (0, 1)]
    found = shift(*sides)
    p = found.p_value(0.02)
    assert 0 <= p <= 1 if found.testable else np.isnan(p)
    assert found.testable or np.isnan(found.critical_difference(0.01, 0.02))
