"""The test of a smallest effect: its size, its power, and the line that panels draw."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import binom, chi2

from mooring.drift.effect import critical_index, harmonic, p_value
from mooring.drift.psi import psi

N = 5_000
REPEATS = 2_000


def shares_at(index: float, bins: int = 10) -> NDArray[np.float64]:
    """Shares whose index against equal shares is `index`: mass moved from one bin to another."""
    equal = np.full(bins, 1 / bins)
    step = np.zeros(bins)
    step[0], step[-1] = 1.0, -1.0
    moved = equal
    low, high = 0.0, 1 / bins - 1e-9
    for _ in range(60):
        middle = (low + high) / 2
        moved = equal + middle * step
        index_found = ((moved - equal) * np.log(moved / equal)).sum()
        low, high = (middle, high) if index_found < index else (low, middle)
    return moved


def p_values(true: float, window: int, least: float) -> NDArray[np.float64]:
    rng = np.random.default_rng(7)
    equal = np.full(10, 0.1)
    reference = rng.multinomial(N, equal, size=REPEATS)
    found = rng.multinomial(window, shares_at(true), size=REPEATS)
    return p_value(psi(reference, found), N, window, 10, least)


@pytest.mark.parametrize("window", [500, 2_000, 20_000])
@pytest.mark.parametrize("least", [0.02, 0.05, 0.1])
def test_at_the_smallest_effect_it_is_wrong_as_often_as_it_says(window: int, least: float) -> None:
    rejected = int((p_values(least, window, least) <= 0.05).sum())
    # 0.065: the approximation is a little too sure for few rows.
    assert rejected <= binom.ppf(0.999, REPEATS, 0.065)
    assert rejected >= binom.ppf(0.001, REPEATS, 0.03)


def test_below_the_smallest_effect_it_is_seldom_wrong() -> None:
    assert (p_values(0.01, 1_000, 0.05) <= 0.05).mean() < 0.01


def test_far_above_it_is_found_in_one_window() -> None:
    assert (p_values(0.2, 1_000, 0.05) <= 0.001).mean() > 0.99


def test_without_a_smallest_effect_it_is_the_chi_squared_test() -> None:
    rows = float(harmonic(N, 800))
    expected = chi2.sf(rows * 0.02, 9)
    assert float(p_value(0.02, N, 800, 10, 1e-12)) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(
    ("level", "window", "expected"),
    [(0.01, 200, 0.207), (0.01, 5_000, 0.076), (0.001, 500, 0.158), (0.001, 1_000, 0.121)],
)
def test_the_critical_index_falls_to_the_effect_as_rows_grow(
    level: float, window: int, expected: float
) -> None:
    assert float(critical_index(level, N, window, 10, 0.05)) == pytest.approx(expected, abs=6e-4)


def test_the_critical_index_has_the_p_value_that_it_was_asked_for() -> None:
    levels = np.array([0.1, 0.01, 1e-4])
    lines = critical_index(levels, N, 900, 12, 0.05)
    assert p_value(lines, N, 900, 12, 0.05) == pytest.approx(levels, rel=1e-6)
