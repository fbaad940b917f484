"""Blocks that resemble themselves: few false findings, and those that are true are found."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import binomtest, chi2_contingency

from mooring.drift.clustered import compare

Counts = NDArray[np.int64]
SHARES = np.array([0.3, 0.25, 0.2, 0.15, 0.07, 0.03])


def days(
    number: int, rng: np.random.Generator, alike: float, shares: NDArray[np.float64] = SHARES
) -> Counts:
    """Days of about 900 rows, whose own shares vary: of two rows of a day, `alike` is how often
    they are the same for being of that day.
    """
    own = rng.dirichlet(shares * (1 / alike - 1), number) if alike else [shares] * number
    return np.array([rng.multinomial(rng.integers(800, 1_000), each) for each in own])


def p_values(alike: float, runs: int, moved: NDArray[np.float64] = SHARES) -> NDArray[np.float64]:
    rng = np.random.default_rng(20130401)
    pairs = ((days(17, rng, alike), days(7, rng, alike, moved)) for _ in range(runs))
    return np.array([compare(*pair).p_value(0.0) for pair in pairs])


def wrong(p: NDArray[np.float64], level: float) -> int:
    return int((p < level).sum())


@pytest.mark.parametrize("alike", [0.0, 0.01, 0.05, 0.2])
def test_without_a_change_few_windows_are_found(alike: float) -> None:
    p = p_values(alike, 1_000)
    for level in (0.05, 0.01):
        # Not significantly more than the level allows.
        assert binomtest(wrong(p, level), len(p), level, "greater").pvalue > 1e-3


def test_a_test_of_rows_finds_nearly_every_window() -> None:
    rng = np.random.default_rng(1)
    found = 0
    for _ in range(100):
        reference, window = days(17, rng, 0.05), days(7, rng, 0.05)
        found += chi2_contingency(np.array([reference.sum(0), window.sum(0)])).pvalue < 0.05
    assert found > 90


def test_independent_rows_of_many_blocks_are_judged_as_pearson_does() -> None:
    rng = np.random.default_rng(2)
    for _ in range(20):
        reference, window = days(400, rng, 0.0), days(200, rng, 0.0)
        oracle = chi2_contingency(np.array([reference.sum(0), window.sum(0)]), correction=False)
        found = compare(reference, window)
        assert found.worth * found.index == pytest.approx(oracle.statistic, rel=0.25)
        # Only ever on the side of caution: no row is worth more than one.
        assert found.worth <= reference.sum() * window.sum() / (reference.sum() + window.sum()) + 1


def test_a_change_of_a_sixth_of_the_rows_is_found_in_a_week() -> None:
    moved = np.array([0.15, 0.2, 0.2, 0.2, 0.15, 0.1])
    p = p_values(0.01, 200, moved)
    assert wrong(p, 0.001) > 190


def test_a_smaller_change_than_matters_is_not() -> None:
    moved = np.array([0.27, 0.25, 0.2, 0.17, 0.08, 0.03])  # an index of 0.006
    rng = np.random.default_rng(3)
    found = [compare(days(170, rng, 0.002), days(70, rng, 0.002, moved)) for _ in range(100)]
    assert sum(each.p_value(0.0) < 0.01 for each in found) > 90
    assert sum(each.p_value(0.02) < 0.01 for each in found) == 0


@settings(deadline=None)
@given(
    st.integers(1, 6), st.integers(1, 6), st.integers(1, 5), st.data(),
)  # fmt: skip
def test_any_counts_have_a_chance_or_cannot_be_tested(
    k: int, d: int, bins: int, data: st.DataObject
) -> None:
    row = st.lists(st.integers(0, 1_000), min_size=bins, max_size=bins)
    reference = data.draw(st.lists(row, min_size=k, max_size=k))
    window = data.draw(st.lists(row, min_size=d, max_size=d))
    found = compare(reference, window)
    for least in (0.0, 0.02):
        p = found.p_value(least)
        assert 0 <= p <= 1 if found.testable else np.isnan(p)


@pytest.mark.parametrize("least", [0.0, 0.02])
@pytest.mark.parametrize("level", [0.05, 0.001])
def test_an_index_at_its_critical_value_has_that_p_value(level: float, least: float) -> None:
    rng = np.random.default_rng(4)
    found = compare(days(17, rng, 0.05), days(7, rng, 0.05))
    critical = found.critical_index(level, least)
    at = type(found)(critical, found.worth, found.degrees, found.spread, found.denominator)
    assert at.p_value(least) == pytest.approx(level, rel=1e-4)


@pytest.mark.parametrize(
    ("reference", "window"),
    [
        pytest.param([[9, 0]] * 5, [[7, 0]] * 5, id="a constant"),
        pytest.param([[5, 4]], [[3, 4]], id="two blocks"),
        pytest.param([[5, 4]] * 5, [[0, 0]] * 5, id="a window without rows"),
        pytest.param([[0, 0]] * 5, [[5, 4]] * 5, id="a reference without rows"),
    ],
)
def test_what_cannot_be_tested_says_so(reference: list[list[int]], window: list[list[int]]) -> None:
    found = compare(reference, window)
    assert not found.testable
    assert np.isnan(found.p_value(0.02))
    assert np.isnan(found.critical_index(0.01, 0.02))
