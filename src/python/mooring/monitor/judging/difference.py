"""Whether one feature, or the score, differs from the reference by more than what matters."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mooring.contract.contract import Contract
from mooring.contract.feature import Feature
from mooring.drift.bins import SCORE, Counts
from mooring.drift.clustered import compare
from mooring.drift.effect import critical_index, p_value
from mooring.drift.psi import psi
from mooring.drift.reference import BlockedBins, Reference
from mooring.monitor.judging.figures import Figure
from mooring.monitor.judging.summary import DaySummary
from mooring.monitor.watching import Watching

# The chance of the index at which a panel draws its line.
LEVEL = 0.01

SENSITIVE = "the log holds no values of a sensitive feature"
NOT_LOGGED = "no row of the window holds it"
CONSTANT = "fewer than two bins of the reference hold rows"
TOO_FEW_BLOCKS = "reference and window have fewer than three days together"


@dataclass(frozen=True)
class Difference:
    """One feature's PSI, the one whose p-value is `LEVEL`, and the chance of one as large where the
    true one is at most the least that matters.

    `untestable` is why nothing can be said, then all three are NaN; a `seasonal` feature is tested
    and never flagged.
    """

    psi: Figure = math.nan
    critical: Figure = math.nan
    p: Figure = math.nan
    untestable: str = ""
    seasonal: bool = False
    flagged: bool = False

    @property
    def testable(self) -> bool:
        """Whether there is a p-value."""
        return not self.untestable

    @property
    def counts(self) -> bool:
        """Whether it may be flagged, and be evidence."""
        return self.testable and not self.seasonal


def difference_of(
    feature: Feature, reference: Reference, days: Sequence[DaySummary], watching: Watching
) -> Difference:
    """Test one feature over days of a window: by rows, or by days where it is clustered."""
    if feature.sensitive:
        return Difference(untestable=SENSITIVE, seasonal=feature.seasonal)
    then, now = reference.feature(feature.name), counts_of(feature.name, days)
    if not now.sum():
        return Difference(untestable=NOT_LOGGED, seasonal=feature.seasonal)
    tested = _by_days if feature.cluster else _by_rows
    return tested(then, now, watching.least_feature, feature.seasonal)


def score_difference(
    reference: Reference, days: Sequence[DaySummary], watching: Watching
) -> Difference:
    """Test the score: always by days, since rows of a day share what it is made from."""
    now = counts_of(SCORE, days)
    if not now.sum():
        return Difference(untestable=NOT_LOGGED)
    return _by_days(reference.feature(SCORE), now, watching.least_score, False)


def counts_of(name: str, days: Sequence[DaySummary]) -> Counts:
    """Rows by day and bin, shape (d, B), of the days that hold the feature; else (1, 1), a 0."""
    held = [day.bins[name] for day in days if name in day.bins]
    return np.array(held or [(0,)], dtype=np.int64)


def seasonal_names(contract: Contract) -> frozenset[str]:
    """Features that vary with a season which the reference need not cover."""
    return frozenset(feature.name for feature in contract.features if feature.seasonal)


def _by_rows(then: BlockedBins, now: Counts, least: float, seasonal: bool) -> Difference:
    if not then.testable:
        return Difference(untestable=CONSTANT, seasonal=seasonal)
    first, second = np.array(then.rows), now.sum(axis=0)
    held = first + second > 0
    rows = (first.sum(), second.sum(), held.sum(), least)
    p = p_value(psi(first[held], second[held]), *rows)
    return Difference(
        psi=float(psi(first, second)),
        critical=float(critical_index(LEVEL, *rows)),
        p=_chance(p),
        seasonal=seasonal,
    )


def _by_days(then: BlockedBins, now: Counts, least: float, seasonal: bool) -> Difference:
    if not then.testable:
        return Difference(untestable=CONSTANT, seasonal=seasonal)
    found = compare(then.counts, now)
    if not found.testable:
        return Difference(untestable=TOO_FEW_BLOCKS, seasonal=seasonal)
    index = float(psi(then.rows, now.sum(axis=0)))
    # What is tested is bounded where PSI is not; the line is drawn where PSI would be.
    scale = index / found.index if found.index > 0 else 1.0
    return Difference(
        psi=index,
        critical=found.critical_index(LEVEL, least) * scale,
        p=_chance(found.p_value(least)),
        seasonal=seasonal,
    )


def _chance(p: float | np.ndarray) -> float:
    return float(np.clip(p, 0.0, 1.0))
