"""Everything that is published of one model: its arms, its chances, what was injected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np

from tests.loop.arms import Bench, at_random, even, losses, monthly
from tests.loop.closed import Loop, Ran, answered
from tests.loop.fits import Fits
from tests.loop.injected import (
    BUGS,
    BY_MODEL,
    Broke,
    Found,
    WonBack,
    answering,
    broke,
    found,
    quiet,
    won_back,
)
from tests.loop.judged import Measured, measured
from tests.loop.settings import JUDGED_ON, SCHEDULES, SEED, SETTINGS
from tests.loop.watched import Version
from tests.loop.year import END, START, Floats, Name, Year, mondays, year

FIRST, LAST = JUDGED_ON

# So many blocks of four weeks have to be left after a change that is to be won back.
BLOCKS = 3
WON_BACK_ON = (date(2013, 7, 8), date(2013, 9, 23))

# Of the Mondays in whose four weeks the loop asks for nothing, so many.
BROKEN = 3
FOUND_ON = (FIRST, date(2013, 12, 2))


@dataclass(frozen=True)
class Arm:
    """How an arm did: the days of its retrains, the versions that answered, its metrics beside
    those of never and of monthly, and its loss beyond never's, summed from 1 April to each day.
    """

    name: str
    days: tuple[date, ...]
    promoted: int
    never: tuple[Measured, ...]
    monthly: tuple[Measured, ...]
    behind: Floats


@dataclass(frozen=True)
class Chance:
    """Losses of schedules drawn at random, shape (schedules,), beside the loop's and the even
    schedule's of as many retrains.
    """

    retrains: int
    losses: Floats
    loop: float
    even: float

    @property
    def beaten(self) -> float:
        """The share of schedules that lose more than the loop."""
        return float((self.losses > self.loop).mean())


@dataclass(frozen=True)
class Trial:
    """What is published of a model; `chances` from 1 April on, and from 1 July on after the
    loop's own version of that day.
    """

    model: Name
    ran: Ran
    arms: tuple[Arm, ...]
    chances: tuple[Chance, Chance]


@dataclass(frozen=True)
class Injected:
    """What came of injected changes, by their names."""

    model: Name
    found: Mapping[str, tuple[Found, ...]]
    won_back: Mapping[str, tuple[WonBack, ...]]
    bugs: Mapping[str, tuple[Broke, ...]]


def trial(name: Name, cache: Path) -> Trial:
    """Run every arm of a model over its year."""
    loop = loop_of(name, cache)
    bench, newest = Bench(loop), Bench(
        replace(loop, settings=replace(loop.settings, rows="newest"))
    )
    ran = loop.run()
    days = [retrain.alarm.day for retrain in ran.retrains]
    evenly = even(len(days))
    served = {
        "never": ([], bench.served([])),
        "monthly": (monthly(), bench.served(monthly())),
        "monthly, newest rows": (monthly(), newest.served(monthly())),
        "evenly spaced": (evenly, bench.served(evenly)),
        "loop": (days, ran.versions),
        "the loop's days, newest rows": (days, newest.served(days)),
    }
    never, calendar = served["never"][1], served["monthly"][1]
    arms = tuple(
        Arm(
            name=arm,
            days=tuple(retrained),
            promoted=len(versions) - 1,
            never=measured(loop.year, versions, never, FIRST, LAST),
            monthly=measured(loop.year, versions, calendar, FIRST, LAST),
            behind=_behind(loop.year, versions, never),
        )
        for arm, (retrained, versions) in served.items()
    )
    return Trial(name, ran, arms, (_chance(bench, ran, START), _chance(bench, ran, FIRST)))


def injected(name: Name, cache: Path) -> Injected:
    """Inject every change into the days that settings were not chosen on."""
    loop = loop_of(name, cache)
    ran = loop.run()
    return Injected(
        name,
        {each: tuple(found(loop, ran, each, mondays(*FOUND_ON))) for each in BY_MODEL[name]},
        {
            each: tuple(won_back(loop, ran, each, start, BLOCKS) for start in WON_BACK_ON)
            for each in list(BY_MODEL[name])[:2]
        },
        broken(loop, ran),
    )


def broken(loop: Loop, ran: Ran) -> Mapping[str, tuple[Broke, ...]]:
    """What broken data do, on quiet Mondays."""
    calm = quiet(loop, ran, mondays(*FOUND_ON))
    starts = [calm[index] for index in np.linspace(0, len(calm) - 1, BROKEN).round().astype(int)]
    return {
        bug: tuple(broke(loop, ran, bug, start) for start in starts)
        for bug, (feature, _) in BUGS.items()
        if feature in loop.year.contract.feature_names
    }


def loop_of(name: Name, cache: Path) -> Loop:
    """The loop of a model, with its settings."""
    of = year(name, cache)
    return Loop(of, Fits(of, cache), SETTINGS[name])


def _chance(bench: Bench, ran: Ran, first: date) -> Chance:
    """Schedules of as many retrains from `first` on, after the version that answers then."""
    start = answering(ran, first)
    count = sum(retrain.alarm.day >= first for retrain in ran.retrains)
    schedules = at_random(count, SCHEDULES, SEED, first)

    def loss(days: Sequence[date]) -> float:
        return bench.loss(bench.served(days, start), FIRST, LAST)

    drawn = np.array([loss(days) for days in schedules])
    loop = bench.loss(ran.versions, FIRST, LAST)
    return Chance(count, drawn, loop, loss(even(count, first)))


def _behind(year: Year, arm: Sequence[Version], never: Sequence[Version]) -> Floats:
    served = year.within(START, END)
    beyond = losses(year, answered(year, arm)) - losses(year, answered(year, never))
    day = (year.day[served] - np.datetime64(START)).astype(np.int64)
    summed: Floats = np.bincount(day, weights=beyond[served]).cumsum()
    return summed
