"""Whether an index is larger than the smallest effect that matters, for independent rows.

With enough rows every difference is significant, and fixed lines (0.1, 0.25) are crossed by chance
with few. Here the null hypothesis is a true index of at most `least`: the critical index comes down
to `least` as rows become many, and rises with noise as they become few.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import ncx2

# A true index that is worth somebody's time: of a feature, and of the score.
LEAST_EFFECT = 0.05
LEAST_EFFECT_OF_SCORE = 0.02


def p_value(
    index: ArrayLike, reference: ArrayLike, window: ArrayLike, bins: ArrayLike, least: ArrayLike
) -> NDArray[np.float64]:
    """Chance of an index as large where the true one is at most `least`, at most 1.

    P(χ²(B − 1, Nδ) ≥ N · PSI), N = nm/(n + m), for an index of B bins between n rows of the
    reference and m of the window: PSI is asymptotically a multiple of a noncentral χ² with
    noncentrality N times the true index (Yurdakul 2018; du Pisanie et al., arXiv 2307.11878).
    All arguments broadcast.

    >>> float(p_value(0.05, 5_000, 1_000, 10, 0.05)) > 0.3
    True
    >>> float(p_value(0.2, 5_000, 1_000, 10, 0.05)) < 1e-6
    True
    """
    rows = harmonic(reference, window)
    degrees, noncentrality = np.asarray(bins) - 1, rows * np.asarray(least)
    found = ncx2.sf(rows * np.asarray(index), degrees, noncentrality)
    return np.asarray(found, dtype=np.float64)


def critical_index(
    level: ArrayLike, reference: ArrayLike, window: ArrayLike, bins: ArrayLike, least: ArrayLike
) -> NDArray[np.float64]:
    """The index whose p-value is `level`: the line that a panel draws.

    >>> round(float(critical_index(0.01, 5_000, 1_000, 10, 0.05)), 3)
    0.104
    """
    rows = harmonic(reference, window)
    degrees, noncentrality = np.asarray(bins) - 1, rows * np.asarray(least)
    return np.asarray(ncx2.isf(level, degrees, noncentrality) / rows, dtype=np.float64)


def harmonic(reference: ArrayLike, window: ArrayLike) -> NDArray[np.float64]:
    """N = nm/(n + m): the rows that a comparison of n with m is worth."""
    n, m = np.asarray(reference, dtype=np.float64), np.asarray(window, dtype=np.float64)
    return np.asarray(n * m / (n + m))
