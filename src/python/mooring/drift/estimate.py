"""What a classifier's quality should be by its own chances, before labels come.

Where a score of 0.3 means that three rows in ten are positive, the rows say by themselves how often
they will have been wrong: confidence-based performance estimation. **It cannot see concept drift or
a shift of the base rate**, since the chances are those of the past. A shift of the inputs it
follows, as far as the chances hold for the rows that come now.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import isotonic_regression

Floats = NDArray[np.float64]

# Chances are kept this far from 0 and 1: a logarithm of them enters the log loss.
_LEAST_CHANCE = 1e-6


@dataclass(frozen=True)
class Calibration:
    """Chances of rising scores, between which straight lines go; constant beyond both ends."""

    scores: Floats
    chances: Floats

    @classmethod
    def of(cls, scores: ArrayLike, labels: ArrayLike) -> Self:
        """Fit to rows of shape (n,) that the model has not learned from, labels 0 or 1.

        Isotonic regression (Zadrozny & Elkan 2002): the rising step function that is nearest to the
        labels, here through the middle of each step's scores. Raises ValueError without rows.
        """
        s, y = np.asarray(scores, dtype=np.float64), np.asarray(labels, dtype=np.float64)
        distinct, place, rows = np.unique(s, return_inverse=True, return_counts=True)
        if not distinct.size:
            raise ValueError("there are no rows to calibrate with")
        shares = np.bincount(place, weights=y) / rows
        fitted = isotonic_regression(shares, weights=rows.astype(np.float64))
        starts = fitted.blocks[:-1]
        weight = np.add.reduceat(rows, starts)
        middle = np.add.reduceat(distinct * rows, starts) / weight
        return cls(middle, fitted.x[starts])

    def chance(self, scores: ArrayLike) -> Floats:
        """The chance of each score, shape (n,)."""
        found = np.interp(np.asarray(scores, dtype=np.float64), self.scores, self.chances)
        return bounded(found)


def bounded(chances: ArrayLike) -> Floats:
    """Chances, a little away from 0 and 1."""
    return np.clip(np.asarray(chances, dtype=np.float64), _LEAST_CHANCE, 1.0 - _LEAST_CHANCE)


def log_losses(scores: Floats, chances: Floats) -> Floats:
    """The mean log loss of each score over labels drawn by `chances`, in nats, shape (n,)."""
    p = bounded(scores)
    return np.asarray(-chances * np.log(p) - (1.0 - chances) * np.log1p(-p))


def squared_errors(scores: Floats, chances: Floats) -> Floats:
    """The mean squared error of each score over labels drawn by `chances`, shape (n,)."""
    return np.asarray(chances * (1.0 - scores) ** 2 + (1.0 - chances) * scores**2)


def expected(scores: ArrayLike, chances: ArrayLike) -> dict[str, float]:
    """The mean that each metric has over labels that are drawn by `chances`; both of shape (n,).

    base_rate, brier, log_loss: exactly. roc_auc: the ratio of the means of its two sides, which
    differs by less than 1/n. NaN for all without rows, as `evaluation` has it.
    """
    s, c = np.asarray(scores, dtype=np.float64), np.asarray(chances, dtype=np.float64)
    if not s.size:
        return dict.fromkeys(("base_rate", "brier", "log_loss", "roc_auc"), float("nan"))
    return {
        "base_rate": float(c.mean()),
        "brier": float(squared_errors(s, c).mean()),
        "log_loss": float(log_losses(s, c).mean()),
        "roc_auc": _expected_auc(s, c),
    }


def _expected_auc(scores: Floats, chances: Floats) -> float:
    """Share of pairs, a positive row and a negative one, that the scores put in order; a tie counts
    half. Each row is positive by its chance, and a row is no pair with itself.
    """
    _, place = np.unique(scores, return_inverse=True)
    positive = np.bincount(place, weights=chances)
    negative = np.bincount(place, weights=1.0 - chances)
    below = np.cumsum(negative) - negative
    itself = chances @ (1.0 - chances)
    ordered = positive @ below + 0.5 * (positive @ negative - itself)
    pairs = chances.sum() * (1.0 - chances).sum() - itself
    return float(ordered / pairs) if pairs > 0 else float("nan")
