"""PSI: against the formula by hand, scipy, and the χ² that it has without drift."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from mooring.drift.psi import psi, smoothed_shares

counts = st.lists(st.integers(0, 10**9), min_size=2, max_size=22)


def test_by_hand() -> None:
    p, q = (3.5 / 11, 7.5 / 11), (9.5 / 12, 2.5 / 12)
    expected = sum((b - a) * math.log(b / a) for a, b in zip(p, q, strict=True))
    assert psi([3, 7], [9, 2]) == pytest.approx(expected, rel=1e-12)


def test_it_is_the_sum_of_both_relative_entropies() -> None:
    p, q = smoothed_shares([5, 0, 9]), smoothed_shares([1, 1, 1])
    expected = stats.entropy(p, q) + stats.entropy(q, p)
    assert psi([5, 0, 9], [1, 1, 1]) == pytest.approx(expected, rel=1e-12)


@settings(deadline=None)
@given(counts, st.data())
def test_it_is_finite_not_negative_and_symmetrical(one: list[int], data: st.DataObject) -> None:
    other = data.draw(st.lists(st.integers(0, 10**9), min_size=len(one), max_size=len(one)))
    found = float(psi(one, other))
    assert math.isfinite(found)
    assert found >= 0
    assert found == pytest.approx(float(psi(other, one)), rel=1e-9)
    assert psi(one, one) == 0


def test_many_windows_are_judged_at_once() -> None:
    windows = [[1, 2], [3, 4], [5, 6]]
    assert psi([9, 9], windows).tolist() == [float(psi([9, 9], window)) for window in windows]


def test_without_drift_it_has_the_chi_square_of_its_bins() -> None:
    n, m, bins, draw = 5_000, 1_000, 10, np.random.default_rng(7)
    shares = [1 / bins] * bins
    found = psi(draw.multinomial(n, shares, 4_000), draw.multinomial(m, shares, 4_000))
    beyond = (found * n * m / (n + m) > stats.chi2.ppf(0.95, bins - 1)).mean()
    assert 0.04 < beyond < 0.06
