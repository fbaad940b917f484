"""Ours beside the same thing by scipy, and eight workers beside one."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from scipy.stats import chi2_contingency, ks_2samp, ttest_ind

from mooring.drift.clustered import compare
from mooring.drift.curve import ChanceCurve
from mooring.drift.effect import p_value
from mooring.drift.outcomes import OutcomeSums
from mooring.drift.psi import psi
from mooring.drift.shift import shift
from tests.calibration.alarms import dealt
from tests.calibration.clustered import SEED
from tests.calibration.days import Floats
from tests.calibration.traffic import Traffic, unchanged

# Rows of a reference and of a window, and the bins of both: independent rows.
_ROWS, _WINDOW, _BINS = 5_000, 1_000, 10


def shift_beside_t_test(draws: int) -> float:
    """The largest difference of p-values, where each block is one row: Student's t."""
    return _largest(draws, _t_test)


def _t_test(chance: np.random.Generator) -> float:
    first, second = chance.normal(size=40), chance.normal(0.5, size=25)
    ours = shift(first, np.ones(40), second, np.ones(25)).p_value(0.0)
    return float(ours - ttest_ind(first, second).pvalue)


def psi_beside_chi2(draws: int) -> float:
    """The largest difference of p-values from the χ² test of the same table; both approximate."""
    return _largest(draws, _chi2)


def _chi2(chance: np.random.Generator) -> float:
    table = _table(chance, np.full(_BINS, 1 / _BINS))
    ours = p_value(psi(*table), _ROWS, _WINDOW, _BINS, 0.0)
    return float(ours - chi2_contingency(table).pvalue)


def blocks_beside_chi2(draws: int) -> float:
    """The same for whole blocks, where each block is one row."""
    return _largest(draws, _blocks)


def _blocks(chance: np.random.Generator) -> float:
    first, second = (np.eye(4)[chance.integers(4, size=size)] for size in (600, 400))
    table = np.array([first.sum(axis=0), second.sum(axis=0)])
    return compare(first, second).p_value(0.0) - float(chi2_contingency(table).pvalue)


def size_at_least_effect(draws: int, least: float) -> float:
    """The share of p < 0.05 where the true index is the least that matters: 0.05 by ncx2."""
    chance = np.random.default_rng(SEED)
    moved = _moved(least)
    tables = [_table(chance, moved) for _ in range(draws)]
    found = [p_value(psi(*table), _ROWS, _WINDOW, _BINS, least) for table in tables]
    return float((np.array(found) < 0.05).mean())


def size_of_ks(draws: int) -> float:
    """The share of p < 0.05 by Kolmogorov and Smirnov of equal normals, of as many rows."""
    chance = np.random.default_rng(SEED)
    pairs = ((chance.normal(size=_ROWS), chance.normal(size=_WINDOW)) for _ in range(draws))
    return float(np.mean([ks_2samp(*pair, method="asymp").pvalue < 0.05 for pair in pairs]))


def merged(workers: int) -> Mapping[str, float]:
    """The largest difference of counts, and of p-values and sums relative to their size, between
    rows counted by so many workers and by one.
    """
    rows = unchanged()
    worker = np.random.default_rng(SEED).integers(workers, size=len(rows.day))
    split = [rows.only(worker == number) for number in range(workers)]
    first, weeks = next(dealt(1, int(rows.day.max()) + 1))
    counts = {n: np.sum([part.counts[n] for part in split], axis=0) for n in rows.counts}
    apart = (
        compare(c[first], c[weeks[0]]).p_value(0.0)
        - compare(rows.counts[n][first], rows.counts[n][weeks[0]]).p_value(0.0)
        for n, c in counts.items()
    )
    return {
        "counts": float(max(np.abs(counts[n] - rows.counts[n]).max() for n in counts)),
        "p-values": max(map(abs, apart)),
        "sums": _sums_apart(rows, split),
    }


def _sums_apart(rows: Traffic, split: list[Traffic]) -> float:
    curve = ChanceCurve.of(rows.answers.scores, rows.labels)
    whole, *parts = (
        OutcomeSums.of(curve, each.answers.scores, each.labels) for each in [rows, *split]
    )
    together = sum(parts, OutcomeSums())
    names = ("rows", "residual", "excess", "loss")
    return max(abs(float(getattr(together, n) / getattr(whole, n)) - 1.0) for n in names)


def _table(chance: np.random.Generator, shares: Floats) -> Floats:
    return np.array([
        chance.multinomial(_ROWS, np.full(_BINS, 1 / _BINS)), chance.multinomial(_WINDOW, shares)
    ], dtype=np.float64)  # fmt: skip


def _moved(index: float) -> Floats:
    """Shares whose PSI from equal ones is `index`: half of the bins gain what the others lose."""
    low, high = 0.0, 1.0
    for _ in range(60):
        step = (low + high) / 2
        shares = (1.0 + step * np.where(np.arange(_BINS) % 2, 1.0, -1.0)) / _BINS
        true = float(((shares - 1 / _BINS) * np.log(shares * _BINS)).sum())
        low, high = (step, high) if true < index else (low, step)
    return np.asarray(shares)


def _largest(draws: int, difference: Callable[[np.random.Generator], float]) -> float:
    chance = np.random.default_rng(SEED)
    return max(abs(difference(chance)) for _ in range(draws))
