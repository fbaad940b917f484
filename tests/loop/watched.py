"""A version as the monitor sees it: its reference, and weeks of what it answered against that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mooring.drift.bins import SCORE, Counts
from mooring.drift.broken import broken
from mooring.drift.clustered import compare
from mooring.drift.outcomes import Outcomes, OutcomeSums
from mooring.drift.reference import Reference, reference_of
from mooring.drift.shift import shift
from mooring.training.plan import TimeSplit
from tests.loop.year import Dates, Floats, Year, day_of

LABELLED = ("residual", "loss")
STATISTICS = ("score", *LABELLED)

# The name of each in the sums of outcomes.
_SUMS = {"residual": "residual", "loss": "excess"}


@dataclass(frozen=True)
class Version:
    """A model that answers from `since` on; `scores` are of the year's rows from its holdout on."""

    year: Year
    since: date
    split: TimeSplit
    scores: Floats

    @cached_property
    def reference(self) -> Reference:
        """What a bundle of it would hold: its bins, and its holdout in them."""
        year, holdout = self.year, self.split.holdout
        held = year.within(day_of(holdout.start), day_of(holdout.end))
        columns = {name: column[held] for name, column in year.columns.items()}
        scores = self.scores[held]
        outcomes = scores, year.labels[held]
        return reference_of(year.contract, columns, scores, year.day[held], outcomes)

    @property
    def outcomes(self) -> Outcomes:
        """What became of its holdout."""
        outcomes = self.reference.outcomes
        assert outcomes is not None  # the line above gave it labels
        return outcomes


def score_p(version: Version, first: date, last: date, least: float) -> float:
    """The p-value of the answers to the days `first` to `last`."""
    frozen = version.reference.feature(SCORE)
    rows = version.year.within(first, last)
    codes = frozen.bins.assign(version.scores[rows])
    window = counted(version.year.day[rows], codes, len(frozen.rows))
    return compare(frozen.counts, window).p_value(least)


def label_ps(
    version: Version, first: date, last: date, least: Mapping[str, float]
) -> Mapping[str, float]:
    """The p-values of the labels of the days `first` to `last`."""
    then, now = version.outcomes.blocks, daily(version, first, last)
    return {name: _shifted(then, now, _SUMS[name], least[name]) for name in LABELLED}


def daily(version: Version, first: date, last: date) -> tuple[OutcomeSums, ...]:
    """The outcomes of each day."""
    rows = version.year.within(first, last)
    day, scores, labels = version.year.day[rows], version.scores[rows], version.year.labels[rows]
    curve = version.outcomes.curve
    return tuple(
        OutcomeSums.of(curve, scores[day == each], labels[day == each]) for each in np.unique(day)
    )


def bugs(version: Version, first: date, last: date) -> Mapping[str, frozenset[str]]:
    """Features whose data are broken over the days `first` to `last` or on one of them, and how."""
    rows = version.year.within(first, last)
    day = version.year.day[rows]
    found: dict[str, frozenset[str]] = {}
    if not rows.any():
        return found
    for feature in version.year.contract.features:
        frozen = version.reference.feature(feature.name)
        codes = frozen.bins.assign(version.year.columns[feature.name][rows])
        counts = counted(day, codes, len(frozen.rows))
        spans = (counts, *counts)
        kinds = (broken(frozen, each, seasonal=feature.seasonal) for each in spans)
        if of_spans := frozenset[str]().union(*kinds):
            found[feature.name] = of_spans
    return found


def counted(day: Dates, codes: NDArray[np.intp], bins: int) -> Counts:
    """Rows by day and bin, shape (days, bins)."""
    names, block = np.unique(day, return_inverse=True)
    flat = np.bincount(block * bins + codes, minlength=len(names) * bins)
    return flat.reshape(-1, bins)


def _shifted(
    then: tuple[OutcomeSums, ...], now: tuple[OutcomeSums, ...], name: str, least: float
) -> float:
    def sums(blocks: tuple[OutcomeSums, ...], of: str) -> list[float]:
        return [getattr(block, of) for block in blocks]

    found = shift(sums(then, name), sums(then, "rows"), sums(now, name), sums(now, "rows"))
    return found.p_value(least)


def week_before(day: date, days: int) -> tuple[date, date]:
    """The window that ends before `day`: first and last day."""
    return day - timedelta(days=days), day - timedelta(days=1)
