"""Whether a window differs from the reference, where rows of a block resemble each other.

A day of 900 flights holds some 57 observations of the weather. A test that takes its rows for 900
finds every day significantly different from every other. How much less they are worth is seen in
how far whole blocks lie from their mean: the design effect.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mooring.drift.effect import harmonic
from mooring.drift.fisher import chance_beyond, critical
from mooring.drift.psi import smoothed_shares

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Comparison:
    """A window against the reference, both in whole blocks.

    `index` is near PSI where both differ little, and bounded by 4 where they differ much; `worth`
    is how many independent rows the comparison stands on. A test compares worth · index /
    `degrees` with F of `spread` and `denominator` degrees of freedom.
    """

    index: float
    worth: float
    degrees: int
    spread: float
    denominator: float

    @property
    def testable(self) -> bool:
        """Whether anything can be said: two bins hold rows, and there are three blocks."""
        return self.degrees > 0 and self.denominator > 0

    def p_value(self, least: float) -> float:
        """Chance of an index as large where the true one is at most `least`; NaN where nothing can
        be said.
        """
        if not self.testable:
            return float("nan")
        observed = self.worth * self.index / self.degrees
        return chance_beyond(observed, *self._distribution(least))

    def critical_index(self, level: float, least: float) -> float:
        """The index whose p-value is `level`: the line that a panel draws."""
        if not self.testable:
            return float("nan")
        return critical(level, *self._distribution(least)) * self.degrees / self.worth

    def _distribution(self, least: float) -> tuple[float, float, float]:
        noncentrality = self.worth * least * self.spread / self.degrees
        return self.spread, self.denominator, noncentrality


def compare(reference: ArrayLike, window: ArrayLike) -> Comparison:
    """Compare counts by block and bin, shapes (k, B) and (d, B).

    The statistic is Pearson's for two samples, index = Σ (q − p)² / r with smoothed shares p of the
    reference, q of the window and r of both together. Under clustering it is a weighted sum of χ²,
    whose weights are the eigenvalues of the blocks' covariance around their own shares; Rao and
    Scott (1984) replace it by one χ² of the same mean and variance, Thomas and Rao (1987) by F,
    since k + d − 2 blocks say how large the weights are. Rows are never worth more than one each.
    Bins that hold no row on either side are left out.
    """
    first, second = _occupied(reference, window)
    degrees = first.shape[1] - 1
    blocks = len(first) + len(second) - 2
    rows = float(harmonic(first.sum(), second.sum())) if first.sum() and second.sum() else 0.0
    if degrees < 1 or blocks < 1 or not rows:
        return Comparison(0.0, 0.0, max(degrees, 0), 0.0, 0.0)
    p, q = smoothed_shares(first.sum(axis=0)), smoothed_shares(second.sum(axis=0))
    n, m = first.sum(), second.sum()
    both = (n * p + m * q) / (n + m)
    effects = _design_effects(first, p, second, q, both)
    mean = effects.sum() / degrees
    # 1 + the squared coefficient of variation of the weights; 1 where all weigh the same.
    uneven = max(1.0, degrees * (effects**2).sum() / effects.sum() ** 2) if mean > 0 else 1.0
    spread = degrees / uneven
    index = float(((q - p) ** 2 / both).sum())
    return Comparison(index, rows / max(1.0, mean), degrees, spread, spread * blocks)


def _occupied(reference: ArrayLike, window: ArrayLike) -> tuple[Floats, Floats]:
    first = np.atleast_2d(np.asarray(reference, dtype=np.float64))
    second = np.atleast_2d(np.asarray(window, dtype=np.float64))
    held = first.sum(axis=0) + second.sum(axis=0) > 0
    return first[:, held], second[:, held]


def _design_effects(first: Floats, p: Floats, second: Floats, q: Floats, both: Floats) -> Floats:
    """How many times as far as independent rows would the blocks lie apart, in each direction."""
    apart = np.concatenate([
        (counts - counts.sum(axis=1, keepdims=True) * shares) / np.sqrt(both)
        for counts, shares in ((first, p), (second, q))
    ])  # fmt: skip
    blocks = len(apart)
    rows = (first.sum() + second.sum()) / blocks
    covariance = apart.T @ apart / (blocks - 2) / rows
    return np.clip(np.linalg.eigvalsh(covariance), 0.0, None)
