"""How far a metric of one model may be off by the chance of which days were held out.

Whole days are drawn with replacement, and percentiles expanded for few of them, as `bootstrap`
does for two models. Each metric is sums per block, so that a resample is a product and not a pass
over the rows.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mooring.evaluation.bootstrap import (
    METRICS,
    SEED,
    Resampled,
    multiplicities,
    percentiles,
    resampled,
    tail,
)
from mooring.evaluation.metrics import Floats

# The metrics with an interval. The calibration error has none: it adds up the absolute gaps of
# bins, which resampling only widens, so that its resamples lie above the value they should bound.
BOUNDED: tuple[str, ...] = (*METRICS, "base_rate", "mean_prediction", "rmse", "r2")

# Of fewer days the percentiles are those of a handful of combinations.
LEAST_BLOCKS = 5

RESAMPLES = 2_000
CONFIDENCE = 0.95


@dataclass(frozen=True)
class Interval:
    """Bounds of a metric in its unit; both None, with the reason, where there are none."""

    lower: float | None
    upper: float | None
    reason: str = ""


def interval(metric: str, labels: Floats, predictions: Floats, blocks: NDArray[Any]) -> Interval:
    """Bound `metric` over rows of shape (n,) at 95 %, whole blocks at a time; 2,000 resamples.

    `blocks` is the key of each row's block. The seed is fixed: the same rows, the same interval.
    """
    if metric not in BOUNDED:
        return _none(f"no interval for {metric}")
    keys, block = np.unique(blocks, return_inverse=True)
    if len(keys) < LEAST_BLOCKS:
        return _none(f"no interval from {len(keys)} days, fewer than {LEAST_BLOCKS}")
    found = _resampled(metric, labels, predictions, block, len(keys))(_draws(len(keys)))
    lower, upper = percentiles(found, tail(len(keys), CONFIDENCE))
    if not math.isfinite(lower):
        return _none(f"no interval: {metric} is undefined without some of the days")
    return Interval(lower, upper)


def _none(reason: str) -> Interval:
    return Interval(None, None, reason)


@lru_cache(maxsize=8)
def _draws(blocks: int) -> Floats:
    """The same draws for every metric and slice of as many days."""
    return multiplicities(blocks, RESAMPLES, np.random.default_rng(SEED))


def _resampled(
    metric: str, labels: Floats, predictions: Floats, block: NDArray[np.intp], count: int
) -> Resampled:
    if metric in METRICS:
        return resampled(metric, labels, predictions, block, count)
    if not np.isfinite(predictions).all():
        return lambda draws: np.full(len(draws), math.nan)
    return _OTHERS[metric](labels, predictions, block, count)


def _per_block(values: Floats, block: NDArray[np.intp], count: int) -> Floats:
    return np.bincount(block, values, count).astype(np.float64)


def _mean_of(
    chosen: Callable[[Floats, Floats], Floats],
) -> Callable[[Floats, Floats, NDArray[np.intp], int], Resampled]:
    def of(labels: Floats, predictions: Floats, block: NDArray[np.intp], count: int) -> Resampled:
        totals = _per_block(chosen(labels, predictions), block, count)
        rows = _per_block(np.ones(len(labels)), block, count)
        return lambda draws: (draws @ totals) / (draws @ rows)

    return of


def _rmse(labels: Floats, predictions: Floats, block: NDArray[np.intp], count: int) -> Resampled:
    mean_square = _mean_of(_square)(labels, predictions, block, count)
    return lambda draws: np.sqrt(mean_square(draws))


def _r2(labels: Floats, predictions: Floats, block: NDArray[np.intp], count: int) -> Resampled:
    """1 − Σe² / (Σy² − (Σy)²/n), labels centred first so that the difference stays exact."""
    centred = labels - labels.mean()
    errors = _per_block(_square(labels, predictions), block, count)
    squares = _per_block(centred**2, block, count)
    totals = _per_block(centred, block, count)
    rows = _per_block(np.ones(len(labels)), block, count)

    def r2(draws: Floats) -> Floats:
        spread = draws @ squares - (draws @ totals) ** 2 / (draws @ rows)
        unexplained = np.full(len(draws), math.nan)
        np.divide(draws @ errors, spread, out=unexplained, where=spread > 0)
        found: Floats = 1 - unexplained
        return found

    return r2


def _square(labels: Floats, predictions: Floats) -> Floats:
    squares: Floats = (labels - predictions) ** 2
    return squares


_OTHERS: dict[str, Callable[[Floats, Floats, NDArray[np.intp], int], Resampled]] = {
    "base_rate": _mean_of(lambda labels, predictions: labels),
    "mean_prediction": _mean_of(lambda labels, predictions: predictions),
    "rmse": _rmse,
    "r2": _r2,
}
