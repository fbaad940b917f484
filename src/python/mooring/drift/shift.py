"""Whether the mean of something per row has shifted, where rows of a block resemble each other.

What labels are watched by: the residual y − p of a chance, which says that it is too high or too
low, or what a loss is beyond the one that was to be expected. The 0/1 loss is no such thing: it
follows the base rate alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mooring.drift.fisher import chance_beyond, critical

Floats = NDArray[np.float64]

# Beside a difference that does not matter, an error this many times as small is none; scipy's
# noncentral F ends at about the square of it.
_LARGEST_RATIO = 1e4


@dataclass(frozen=True)
class Shift:
    """By how much the mean of a window lies above the reference's, in the unit of the values, with
    its standard error and the degrees of freedom of that.
    """

    difference: float
    error: float
    degrees: int

    @property
    def testable(self) -> bool:
        """Whether anything can be said: there are three blocks, and they are not all alike."""
        return self.degrees > 0 and self.error > 0

    def p_value(self, least: float) -> float:
        """Chance of a mean as far off where the true one is off by at most `least`, to either side;
        NaN where nothing can be said.
        """
        if not self.testable:
            return float("nan")
        error = self._beside(least)
        observed = float(np.square(np.float64(self.difference) / error))
        return chance_beyond(observed, 1, self.degrees, (least / error) ** 2)

    def critical_difference(self, level: float, least: float) -> float:
        """The difference whose p-value is `level`: the line that a panel draws, on either side."""
        if not self.testable:
            return float("nan")
        error = self._beside(least)
        return error * sqrt(critical(level, 1, self.degrees, (least / error) ** 2))

    def _beside(self, least: float) -> float:
        return max(self.error, least / _LARGEST_RATIO)


def shift(
    reference: ArrayLike, reference_rows: ArrayLike, window: ArrayLike, window_rows: ArrayLike
) -> Shift:
    """Compare means of rows from sums by block: sums and rows of shape (k,), and of shape (d,).

    The mean of rows is a ratio of two sums over blocks; its variance comes from how far each
    block's sum lies from its rows times the mean (Cochran 1977, 6.3), of both sides together. The
    square of difference over error is compared with F of 1 and k + d − 2 degrees of freedom, or
    with the noncentral one of a difference of `least`. Blocks without rows are left out.
    """
    first, second = _Sums.of(reference, reference_rows), _Sums.of(window, window_rows)
    degrees = len(first.rows) + len(second.rows) - 2
    if degrees < 1 or not len(first.rows) or not len(second.rows):
        return Shift(float("nan"), float("nan"), 0)
    apart = (first.apart @ first.apart + second.apart @ second.apart) / degrees
    spread = len(first.rows) / first.total**2 + len(second.rows) / second.total**2
    return Shift(second.mean - first.mean, sqrt(apart * spread), degrees)


@dataclass(frozen=True)
class _Sums:
    sums: Floats
    rows: Floats

    @classmethod
    def of(cls, sums: ArrayLike, rows: ArrayLike) -> _Sums:
        s, n = np.asarray(sums, dtype=np.float64), np.asarray(rows, dtype=np.float64)
        return cls(s[n > 0], n[n > 0])

    @property
    def total(self) -> float:
        return float(self.rows.sum())

    @property
    def mean(self) -> float:
        return float(self.sums.sum() / self.total)

    @property
    def apart(self) -> Floats:
        return self.sums - self.rows * self.mean
