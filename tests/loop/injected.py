"""Changes that nobody has to guess: labels turned from a day on, and data that break.

Labels change from a Monday on, and all flights after it keep the change. Data break for a
fortnight and then are as before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from mooring.contract.columns import NULL_STRING, Column
from tests.calibration.alarms import CONCEPTS, Concept
from tests.loop.arms import losses
from tests.loop.closed import Loop, Ran, answered
from tests.loop.watched import Version
from tests.loop.year import END, Floats, Name, Year

SEED = 20130401
WITHIN = timedelta(days=21)
BROKEN_DAYS = 14
BLOCK = timedelta(days=28)
QUIET = timedelta(days=28)

# Labels in minutes: what a change of winds, of routes or of the clock could do.
_MINUTES: Mapping[str, Concept] = {
    "all flights take 10 minutes longer": lambda y, u: y + 10.0,
    "all flights take 5 minutes longer": lambda y, u: y + 5.0,
    "all flights take 5 % longer": lambda y, u: y * 1.05,
    "1 in 4 flights takes 30 minutes longer": lambda y, u: np.where(u < 0.25, y + 30.0, y),
}
BY_MODEL: Mapping[Name, Mapping[str, Concept]] = {
    "flight_delay": CONCEPTS,
    "flight_time": _MINUTES,
}

Bug = Callable[[Column, NDArray[np.float64]], Column]

BUGS: Mapping[str, tuple[str, Bug]] = {
    "distance × 100": ("distance", lambda values, u: values * 100.0),
    "temp missing": ("temp", lambda values, u: np.where(u < 0.5, np.nan, values)),
    "new destinations": ("dest", lambda values, u: np.where(u < 0.5, "???", values)),
    "destination missing": ("dest", lambda values, u: np.where(u < 0.5, NULL_STRING, values)),
}


@dataclass(frozen=True)
class Found:
    """A change of labels: the days from it to the alarm, None where none came in time, and
    whether the same days without the change alarm as well.
    """

    start: date
    days: int | None
    anyway: bool


@dataclass(frozen=True)
class WonBack:
    """Mean losses by blocks of four weeks after a change: of the version that answered when it
    came, had it gone on, and of the loop.
    """

    start: date
    kept: tuple[float, ...]
    loop: tuple[float, ...]
    retrains: int


@dataclass(frozen=True)
class Broke:
    """Whether data that broke made the loop retrain, and whether they make a blind one."""

    start: date
    retrained: bool
    blindly: bool


def found(loop: Loop, ran: Ran, concept: str, starts: Sequence[date]) -> Iterator[Found]:
    """How soon a change of labels is noticed that comes on each of `starts`, of those on which
    nothing has been noticed yet.
    """
    for start in starts:
        version = answering(ran, start)
        if (alarm := loop.alarm(version, version.since, start)) and alarm.reached <= start:
            continue
        until = start + WITHIN
        changed = _turned(loop, concept, start)
        alarm = changed.alarm(replace(version, year=changed.year), start, until)
        anyway = loop.alarm(version, start, until) is not None
        yield Found(start, (alarm.reached - start).days if alarm else None, anyway)


def won_back(loop: Loop, ran: Ran, concept: str, start: date, blocks: int) -> WonBack:
    """What retraining makes of a change of labels."""
    version = answering(ran, start)
    changed = _turned(loop, concept, start)
    of = replace(version, year=changed.year)
    after = changed.run(min(END, start + blocks * BLOCK), of)
    kept, looped = (answered(changed.year, versions) for versions in ([of], after.versions))
    return WonBack(
        start,
        _by_blocks(changed.year, kept, start, blocks),
        _by_blocks(changed.year, looped, start, blocks),
        sum(retrain.alarm.day >= start for retrain in after.retrains),
    )


def broke(loop: Loop, ran: Ran, bug: str, start: date) -> Broke:
    """What the loop does about data that break on a day, and in the fortnight after; and what it
    would do if it never looked whether they are broken.
    """
    version = answering(ran, start)
    broken = _broken(loop, version, bug, start)
    until = start + QUIET
    sighted = Loop(broken.year, loop.fits, loop.settings)
    asked = [
        each.alarm(broken, start, until) is not None
        for each in (sighted, replace(sighted, blind=True))
    ]
    return Broke(start, *asked)


def quiet(loop: Loop, ran: Ran, days: Sequence[date]) -> list[date]:
    """Of some days those in whose four weeks the loop asks for nothing."""
    return [day for day in days if loop.alarm(answering(ran, day), day, day + QUIET) is None]


def answering(ran: Ran, day: date) -> Version:
    """The version that answers on a day."""
    return [version for version in ran.versions if version.since <= day][-1]


def _turned(loop: Loop, concept: str, start: date) -> Loop:
    year = loop.year
    chance = np.random.default_rng(SEED).random(len(year.labels))
    turned = BY_MODEL[year.model][concept](year.labels, chance)
    labels = np.where(year.day >= np.datetime64(start), turned, year.labels)
    changed = year.relabelled(f"{concept}, from {start}", labels)
    return replace(loop, year=changed, fits=replace(loop.fits, year=changed))


def _broken(loop: Loop, version: Version, bug: str, start: date) -> Version:
    """A version that is asked with broken features for a fortnight."""
    year = loop.year
    feature, breaks = BUGS[bug]
    rows = year.within(start, start + timedelta(days=BROKEN_DAYS - 1))
    chance = np.random.default_rng(SEED).random(int(rows.sum()))
    column = year.columns[feature].copy()
    column[rows] = breaks(column[rows], chance)
    columns = {**year.columns, feature: column}
    scores = version.scores.copy()
    scores[rows] = loop.fits.ask(
        version.split, {name: each[rows] for name, each in columns.items()}
    )
    return replace(version, year=replace(year, columns=columns), scores=scores)


def _by_blocks(year: Year, scores: Floats, start: date, blocks: int) -> tuple[float, ...]:
    lost = losses(year, scores)
    spans = [start + number * BLOCK for number in range(blocks)]
    return tuple(
        float(lost[year.within(first, min(END, first + BLOCK - timedelta(days=1)))].mean())
        for first in spans
    )
