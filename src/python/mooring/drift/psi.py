"""The population stability index of counts in frozen bins."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

# Added to every bin: one that is empty on a side would make the index infinite.
SMOOTHING = 0.5


def smoothed_shares(counts: ArrayLike) -> NDArray[np.float64]:
    """(count + ½) / (rows + B/2) over the last axis, which holds the B bins.

    The mean of the shares under Jeffreys' prior (Krichevsky & Trofimov 1981).
    """
    smoothed = np.asarray(counts, dtype=np.float64) + SMOOTHING
    return np.asarray(smoothed / smoothed.sum(axis=-1, keepdims=True))


def psi(reference: ArrayLike, window: ArrayLike) -> NDArray[np.float64]:
    """PSI = Σ (q − p) · ln(q / p) with smoothed shares p of the reference and q of the window.

    Both hold counts of shape (…, B); the sum goes over the last axis. It is the symmetrised
    Kullback-Leibler divergence (Jeffreys 1946); without drift, PSI · nm/(n + m) of n and m
    independent rows is near χ² with B − 1 degrees of freedom (Yurdakul 2018). The same expression
    in PromQL is the recording rule `model_feature:mooring_psi`.

    >>> round(float(psi([50, 50], [25, 75])), 3)
    0.269
    """
    p, q = smoothed_shares(reference), smoothed_shares(window)
    return np.asarray(((q - p) * np.log(q / p)).sum(axis=-1))
