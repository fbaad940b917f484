"""What ours finds of each change, over years whose days are dealt anew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from mooring.contract.feature import Feature
from mooring.drift.bins import SCORE
from mooring.drift.broken import broken
from mooring.drift.clustered import compare
from mooring.drift.effect import LEAST_EFFECT
from mooring.drift.naming import named
from mooring.drift.sample import sample_of
from mooring.evaluation.joint import tell_apart
from tests.calibration.alarms import QUARTER, STATISTICS, dealt
from tests.calibration.days import champion, reference
from tests.calibration.parts import after_a_quarter, delays, within
from tests.calibration.traffic import Traffic, unchanged

# How long after a change its finding counts.
WEEKS = 3

Window = tuple[NDArray[np.intp], NDArray[np.intp]]


@dataclass(frozen=True)
class Found:
    """Of each year: weeks to the alarm (infinite where none comes in a quarter), whether the first
    week is taken for a bug of the data, and the features that it names. Of each statistic by
    itself: the share of years that it finds within three weeks.
    """

    weeks: NDArray[np.float64]
    parts: Mapping[str, float]
    broken: NDArray[np.bool_]
    named: tuple[frozenset[str], ...]

    def within(self, weeks: int) -> float:
        """The share of years that alarm in so many weeks."""
        return float((self.weeks <= weeks).mean())

    @property
    def retrains(self) -> float:
        """The share of years in which a retrain would begin within three weeks."""
        return float(((self.weeks <= WEEKS) & ~self.broken).mean())

    @property
    def names(self) -> tuple[str, ...]:
        """Features that are named in every other year at least, the most frequent first."""
        counted = Counter(name for names in self.named for name in names)
        return tuple(n for n, years in counted.most_common() if years * 2 >= len(self.named))


@cache
def contracted() -> Mapping[str, Feature]:
    """The features of the champion's contract, by name."""
    return {feature.name: feature for feature in champion().contract.features}


def of_rows() -> frozenset[str]:
    """Features that differ from row to row and not from day to day, as the contract has it."""
    return frozenset(n for n, f in contracted().items() if not f.seasonal and f.cluster is None)


def found(after: Traffic, years: int) -> Found:
    """What is found of a change after a quarter."""
    windows = list(first_weeks(years))
    p = after_a_quarter(after.sums, years)
    return Found(
        delays(p),
        {name: within(p, name, WEEKS) for name in STATISTICS},
        np.array([bool(bugs(after, week)) for _, week in windows]),
        tuple(names(after, window) for window in windows),
    )


def first_weeks(years: int) -> Iterator[Window]:
    """The reference's days and those of the first week after a quarter, of each year."""
    for first, weeks in dealt(years, int(unchanged().day.max()) + 1):
        yield first, weeks[QUARTER]


def bugs(rows: Traffic, week: NDArray[np.intp]) -> frozenset[str]:
    """Features of which the days of a week have a bug of the data, by the champion's reference."""
    return frozenset(
        feature.feature
        for feature in reference().features
        if feature.feature != SCORE
        and broken(
            feature,
            rows.counts[feature.feature][week],
            seasonal=contracted()[feature.feature].seasonal,
        )
    )


def names(after: Traffic, window: Window) -> frozenset[str]:
    """Features that stand out in a week of `after`."""
    first, week = window
    then = unchanged().counts
    return named({
        name: compare(then[name][first], after.counts[name][week]).p_value(LEAST_EFFECT)
        for name in contracted()
    })  # fmt: skip


def told_apart(after: Traffic, names: frozenset[str], years: int) -> NDArray[np.float64]:
    """The p-value of a classifier that sees the features `names`, for the first week of `after`, of
    each year.
    """
    return np.array([_told(after, names, *window) for window in first_weeks(years)])


def _told(
    after: Traffic, names: frozenset[str], first: NDArray[np.intp], week: NDArray[np.intp]
) -> float:
    then, of_then = _sampled(unchanged(), names, first)
    now, of_now = _sampled(after, names, week)
    window = np.arange(len(first) + len(week)) >= len(first)
    rows = np.concatenate([then, now]).astype(np.float64)
    return tell_apart(rows, np.concatenate([of_then, len(first) + of_now]), window).p_value


def _sampled(rows: Traffic, names: frozenset[str], days: NDArray[np.intp]) -> Window:
    block = np.full(int(rows.day.max()) + 1, -1)
    block[days] = np.arange(len(days))
    held = np.flatnonzero(block[rows.day] >= 0)
    codes = {name: rows.codes[name][held] for name in names}
    sampled, blocks = sample_of(codes, block[rows.day[held]]).rows()
    return sampled.astype(np.intp), blocks
