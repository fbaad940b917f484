"""What else may decide when to retrain: nobody, a calendar, chance.

Every arm has the loop's retrains: the same rows, the same day of rollout, and the same comparison
with who answers before it may answer itself. Only the days are its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from mooring.drift.estimate import log_losses
from tests.loop.closed import Loop, champion, no_worse
from tests.loop.watched import Version
from tests.loop.year import END, START, Floats, Year, mondays


@dataclass(frozen=True)
class Bench:
    """Versions by the day on which they are trained, and what each loses a day; each made once."""

    loop: Loop
    _versions: dict[date, Version] = field(default_factory=dict)
    _daily: dict[date, Floats] = field(default_factory=dict)
    _stands: dict[tuple[date, date], bool] = field(default_factory=dict)

    def served(self, days: Sequence[date], start: Version | None = None) -> tuple[Version, ...]:
        """The versions that answer where a model is trained on each of `days`, after `start`, else
        after the champion.
        """
        versions = [start or champion(self.loop.year)]
        for day in days:
            candidate = self._trained(day)
            if self._stand(candidate, versions[-1]):
                versions.append(candidate)
        return tuple(versions)

    def loss(self, versions: Sequence[Version], first: date, last: date) -> float:
        """The mean loss of versions that answer one after the other, over the days `first` to
        `last`: log loss in nats, or absolute error.
        """
        totals = np.zeros(len(_span(START, END)))
        for version in versions:
            begins = (version.since - START).days
            totals[begins:] = self._lost(version)[begins:]
        within = slice((first - START).days, (last - START).days + 1)
        return float(totals[within].sum() / self.loop.year.within(first, last).sum())

    def _trained(self, day: date) -> Version:
        if day not in self._versions:
            self._versions[day] = self.loop.retrained(day)
        return self._versions[day]

    def _stand(self, candidate: Version, incumbent: Version) -> bool:
        pair = candidate.since, incumbent.since
        if pair not in self._stands:
            self._stands[pair] = no_worse(candidate, incumbent)
        return self._stands[pair]

    def _lost(self, version: Version) -> Floats:
        if version.since not in self._daily:
            self._daily[version.since] = _by_day(self.loop.year, version)
        return self._daily[version.since]


def monthly() -> list[date]:
    """The first Monday of each month after the first one of production."""
    firsts: dict[int, date] = {}
    for day in mondays(START, END):
        firsts.setdefault(day.month, day)
    return [day for month, day in firsts.items() if month > START.month]


def even(count: int, first: date = START, last: date = END) -> list[date]:
    """Mondays nearest to `count` points that cut `first` to `last` into equal parts."""
    part = (last - first).days / (count + 1)
    points = [first + timedelta(days=round(part * number)) for number in range(1, count + 1)]
    return [point - timedelta(days=(point.weekday() + 3) % 7 - 3) for point in points]


def at_random(
    count: int, schedules: int, seed: int, first: date = START, last: date = END
) -> list[list[date]]:
    """So many schedules of `count` different Mondays after `first`."""
    choices = mondays(first + timedelta(days=1), last)
    chance = np.random.default_rng(seed)
    drawn = (chance.choice(len(choices), count, replace=False) for _ in range(schedules))
    return [[choices[index] for index in sorted(indices)] for indices in drawn]


def losses(year: Year, scores: Floats) -> Floats:
    """The loss of each row, shape (n,): log loss in nats, or absolute error."""
    if year.contract.prediction.kind == "probability":
        return log_losses(scores, year.labels)
    return np.asarray(np.abs(year.labels - scores))


def _by_day(year: Year, version: Version) -> Floats:
    days: NDArray[np.int64] = (year.day - np.datetime64(START)).astype(np.int64)
    answers = year.within(version.since, END)
    lost = losses(year, version.scores)[answers]
    summed = np.bincount(days[answers], weights=lost, minlength=len(_span(START, END)))
    return summed.astype(np.float64)


def _span(first: date, last: date) -> range:
    return range((last - first).days + 1)
