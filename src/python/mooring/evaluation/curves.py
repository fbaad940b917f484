"""What one number cannot say of predictions: where they hold and where they do not, as points that
a model card draws.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_curve

from mooring.evaluation.bootstrap import SEED, multiplicities, tail
from mooring.evaluation.metrics import CALIBRATION_BINS, Floats

# More than a picture of some 500 pixels shows.
MOST_POINTS = 100

LEVELS = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)

RESAMPLES = 2_000
CONFIDENCE = 0.95


@dataclass(frozen=True)
class Bin:
    """Rows of like predictions: what was predicted and what came, both means; `lower` and `upper`
    bound the second, NaN where they are undefined.
    """

    rows: int
    predicted: float
    observed: float
    lower: float
    upper: float


@dataclass(frozen=True)
class Curves:
    """`roc` holds (false, true) positive rates of a probability; `residuals` holds (level, quantile
    of observed − predicted) of a number. Empty is: does not apply, or is undefined.
    """

    roc: tuple[tuple[float, float], ...] = ()
    bins: tuple[Bin, ...] = ()
    residuals: tuple[tuple[float, float], ...] = ()


def curves(
    kind: Literal["probability", "number"],
    labels: Floats,
    predictions: Floats,
    blocks: NDArray[Any],
) -> Curves:
    """Every curve of a kind; all arrays have shape (n,), `blocks` is the key of each row's block.

    Nothing is drawn of predictions that are not all finite.
    """
    if not len(labels) or not np.isfinite(predictions).all():
        return Curves()
    bins = calibration(labels, predictions, blocks)
    if kind == "probability":
        return Curves(roc=roc(labels, predictions), bins=bins)
    found = np.quantile(labels - predictions, LEVELS)
    return Curves(bins=bins, residuals=tuple(zip(LEVELS, map(float, found), strict=True)))


def roc(labels: Floats, predictions: Floats, most: int = MOST_POINTS) -> tuple[Any, ...]:
    """At most `most` points of the ROC curve, evenly spaced along it; none with one class only.

    >>> roc(np.array([0.0, 1.0]), np.array([0.25, 0.75]))
    ((0.0, 0.0), (0.0, 1.0), (1.0, 1.0))
    """
    if len(np.unique(labels)) < 2:
        return ()
    false, true, _ = roc_curve(labels, predictions)
    along = false + true
    kept = np.unique(np.searchsorted(along, np.linspace(0, 2, most)).clip(max=len(along) - 1))
    return tuple(zip(false[kept].tolist(), true[kept].tolist(), strict=True))


def calibration(
    labels: Floats, predictions: Floats, blocks: NDArray[Any], bins: int = CALIBRATION_BINS
) -> tuple[Bin, ...]:
    """Bins of equal size by prediction, as `calibration_error` has them, with the interval of what
    was observed: percentiles of means over whole blocks drawn with replacement, expanded for few
    blocks (see `bootstrap.tail`).
    """
    order = np.argsort(predictions, kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    keys, block = np.unique(blocks, return_inverse=True)
    draws = multiplicities(len(keys), RESAMPLES, np.random.default_rng(SEED))
    cut = tail(len(keys), CONFIDENCE)
    return tuple(_bin(labels[p], predictions[p], block[p], draws, cut) for p in parts)


def _bin(
    labels: Floats, predictions: Floats, block: NDArray[np.intp], draws: Floats, cut: float
) -> Bin:
    count = draws.shape[1]
    rows = draws @ np.bincount(block, minlength=count).astype(np.float64)
    sums = draws @ np.bincount(block, labels, count)
    # A resample without a row of this bin says nothing of it.
    means = sums[rows > 0] / rows[rows > 0]
    lower, upper = (math.nan,) * 2 if math.isnan(cut) else np.quantile(means, (cut, 1 - cut))
    return Bin(
        rows=len(labels),
        predicted=float(predictions.mean()),
        observed=float(labels.mean()),
        lower=float(lower),
        upper=float(upper),
    )
