"""The loop on a year: weeks are judged, an alarm retrains, what is no worse answers from then on.

The functions are those of the product; here is only the order in which they come: a window closes
at midnight after its last day, its labels are judged once the horizon has passed, and a retrain
learns from days whose labels were known then.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from mooring.blessing.comparison import shares_days
from mooring.drift.watch import Watch
from mooring.evaluation.bootstrap import compare
from mooring.evaluation.metrics import score
from tests.loop.fits import Fits
from tests.loop.settings import Settings
from tests.loop.watched import (
    Version,
    bugs,
    label_ps,
    score_p,
    week_before,
)
from tests.loop.year import END, START, Floats, Year, day_of


@dataclass(frozen=True)
class Alarm:
    """Who alarmed, and when a retrain may answer it: `reached` is when the evidence did."""

    reached: date
    day: date
    by: tuple[str, ...]


@dataclass(frozen=True)
class Retrain:
    """What an alarm came to: the day from which its model answers, None where it was refused as
    worse than the one that answers.
    """

    alarm: Alarm
    promoted: date | None


@dataclass(frozen=True)
class Ran:
    """Versions in the order in which they answered, and every retrain."""

    versions: tuple[Version, ...]
    retrains: tuple[Retrain, ...]


@dataclass(frozen=True)
class Loop:
    """A year with its retrains, and what the loop is run with.

    Whether features were broken is kept, by version and days: labels have no part in it. A `blind`
    loop never looks.
    """

    year: Year
    fits: Fits
    settings: Settings
    blind: bool = False
    _bugs: dict[tuple[date, date, date], bool] = field(default_factory=dict, repr=False)

    def run(self, until: date = END, start: Version | None = None) -> Ran:
        """From the first day of `start`, else of the champion, to `until`."""
        versions = [start or champion(self.year)]
        retrains: list[Retrain] = []
        rests = timedelta(days=self.settings.cooldown_days)
        after = versions[0].since
        while alarm := self.alarm(versions[-1], after, until):
            candidate = self.retrained(alarm.day)
            taken = no_worse(candidate, versions[-1])
            retrains.append(Retrain(alarm, candidate.since if taken else None))
            versions += [candidate] if taken else []
            after = alarm.day + rests
        return Ran(tuple(versions), tuple(retrains))

    def alarm(self, version: Version, after: date, until: date) -> Alarm | None:
        """The first alarm over a version that a retrain may answer on a day `after` to `until`:
        while the data are broken none may.
        """
        watch = Watch.over(self.settings.asking, self.settings.budget_windows)
        reached: date | None = None
        for day in _days(version.since, until):
            watch = watch.after(self._judged(version, day))
            reached = (reached or day) if watch.alarms else None
            if reached and day >= after and not self._broken(version, day):
                return Alarm(reached, day, watch.alarms)
        return None

    def retrained(self, day: date) -> Version:
        """The model that is trained on the labels known in the morning of `day`."""
        last = day - timedelta(days=self.settings.horizon_days + 1)
        fitted = self.fits.upto(last, self.settings.rows, self.settings.calibrate_days)
        return Version(
            year=self.year,
            since=day + timedelta(days=self.settings.rollout_days),
            split=fitted.split,
            scores=fitted.scores,
        )

    def _judged(self, version: Version, day: date) -> Mapping[str, float]:
        """The p-values that are known in the morning of `day`, and were not the day before."""
        s = self.settings
        found: dict[str, float] = {}
        if _closes(version.since, day, s.window_days):
            first, last = week_before(day, s.window_days)
            if not self._unusable(version, first, last):
                found["score"] = score_p(version, first, last, s.least["score"])
        matured = day - timedelta(days=s.horizon_days)
        if _closes(version.since, matured, s.window_days):
            first, last = week_before(matured, s.window_days)
            if not self._unusable(version, first, last):
                found |= label_ps(version, first, last, s.least)
        return {name: p for name, p in found.items() if name in s.asking}

    def _unusable(self, version: Version, first: date, last: date) -> bool:
        """Whether nothing is learned from a window: it has too few rows, or broken ones."""
        few = self.year.within(first, last).sum() < self.settings.least_rows
        return bool(few) or self._buggy(version, first, last)

    def _broken(self, version: Version, day: date) -> bool:
        first, last = week_before(day, self.settings.window_days)
        return self._buggy(version, max(first, version.since), last)

    def _buggy(self, version: Version, first: date, last: date) -> bool:
        if self.blind:
            return False
        known = version.since, first, last
        if known not in self._bugs:
            self._bugs[known] = bool(bugs(version, first, last))
        return self._bugs[known]


def champion(year: Year) -> Version:
    """The version that production begins with."""
    return Version(year, START, year.plan.split, year.scores)


def no_worse(candidate: Version, incumbent: Version) -> bool:
    """Whether a candidate stands up to who answers now, on its holdout: as its gate demands of a
    retrain. A yardstick that has learned from the holdout is none.
    """
    year, demanded = candidate.year, candidate.year.gate.against_champion
    assert demanded is not None
    judged = candidate.split.holdout
    if shares_days(incumbent.split.training, judged):
        return False
    first, last = day_of(judged.start), day_of(judged.end)
    rows = year.within(first, last)
    found = compare(
        demanded.metric,
        year.labels[rows],
        candidate.scores[rows],
        incumbent.scores[rows],
        year.day[rows],
        resamples=demanded.resamples,
        confidence=demanded.confidence,
    )
    return found.blocks >= demanded.minimum_blocks and demanded.met_by(found.lower, found.upper)


def missed_floors(version: Version) -> tuple[str, ...]:
    """The floors of the model's gate, made for another season, that its holdout does not reach."""
    year, holdout = version.year, version.split.holdout
    rows = year.within(day_of(holdout.start), day_of(holdout.end))
    found = score(year.contract.prediction.kind, year.labels[rows], version.scores[rows])
    return tuple(f.metric for f in year.gate.floors if not f.met_by(found[f.metric]))


def answered(year: Year, versions: Sequence[Version]) -> Floats:
    """What was answered to each of the year's rows, shape (n,); NaN before production."""
    scores = np.full(len(year.day), math.nan)
    for version in versions:
        then = year.within(version.since, END)
        scores[then] = version.scores[then]
    return scores


def _closes(since: date, day: date, days: int) -> bool:
    passed = (day - since).days
    return passed > 0 and passed % days == 0


def _days(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)
