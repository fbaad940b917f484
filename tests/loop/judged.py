"""Arms on the days that nobody has looked at: each metric, and its difference by whole days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from mooring.evaluation.bootstrap import (
    SEED,
    Metric,
    PairedDifference,
    compare,
    multiplicities,
    percentiles,
    tail,
)
from tests.loop.closed import answered
from tests.loop.watched import Version
from tests.loop.year import Dates, Floats, Year

RESAMPLES, CONFIDENCE = 2_000, 0.95

_BOOTSTRAPPED: Mapping[str, tuple[Metric, ...]] = {
    "probability": ("log_loss", "brier", "roc_auc"),
    "number": ("mae",),
}


@dataclass(frozen=True)
class Measured:
    """A metric of an arm, and how far it is from another arm's: difference, lower, upper."""

    metric: str
    value: float
    difference: float
    lower: float
    upper: float


def measured(
    year: Year, arm: Sequence[Version], other: Sequence[Version], first: date, last: date
) -> tuple[Measured, ...]:
    """Each metric of an arm, paired with another arm on days `first` to `last`."""
    rows = year.within(first, last)
    labels, day = year.labels[rows], year.day[rows]
    ours, theirs = answered(year, arm)[rows], answered(year, other)[rows]
    kind = year.contract.prediction.kind
    found = [
        _of(name, compare(name, labels, ours, theirs, day, resamples=RESAMPLES))
        for name in _BOOTSTRAPPED[kind]
    ]
    if kind == "number":
        found.append(_root(labels, ours, theirs, day))
    return tuple(found)


def main_metric(year: Year) -> str:
    """The metric that arms are compared by: what a gate asks of a retrain."""
    return _BOOTSTRAPPED[year.contract.prediction.kind][0]


def _of(name: str, found: PairedDifference) -> Measured:
    return Measured(name, found.candidate, found.difference, found.lower, found.upper)


def _root(labels: Floats, ours: Floats, theirs: Floats, day: Dates) -> Measured:
    """The root of the mean squared error, in the unit of the label."""
    keys, block = np.unique(day, return_inverse=True)
    rows = np.bincount(block).astype(np.float64)
    sums = [np.bincount(block, weights=(labels - p) ** 2) for p in (ours, theirs)]
    draws = multiplicities(len(keys), RESAMPLES, np.random.default_rng(SEED))
    drawn = [np.sqrt((draws @ s) / (draws @ rows)) for s in sums]
    value, other = (float(np.sqrt(s.sum() / rows.sum())) for s in sums)
    lower, upper = percentiles(drawn[0] - drawn[1], tail(len(keys), CONFIDENCE))
    return Measured("rmse", value, value - other, lower, upper)
