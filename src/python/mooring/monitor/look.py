"""One look at one model: take over its log, count what changed, judge what has closed.

Whatever ends a look early leaves whole steps behind: days that were counted are said to be dealt
with, the others are told again by the next look, and a window is judged once.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import polars as pl

from mooring.bundle.release import Release
from mooring.bundle.routed import differs
from mooring.contract.errors import MooringError
from mooring.monitor.champion import Champion, Champions, read_routing
from mooring.monitor.facts import DayFacts, Known
from mooring.monitor.judge import Judge, at
from mooring.monitor.judging.summarise import summarise
from mooring.monitor.judging.windows import first_whole_day
from mooring.monitor.pace import Pace
from mooring.monitor.settings import Settings
from mooring.monitor.state import Reign, State
from mooring.monitor.tables.claims import settle, unsettled
from mooring.monitor.tables.collect import collect
from mooring.monitor.tables.counts import Collected
from mooring.monitor.tables.joined import joined
from mooring.monitor.tables.layout import Tables
from mooring.monitor.tables.upkeep import compact, retain
from mooring.monitor.view import Facts, View, view
from mooring.monitor.watching import Watching

_log = logging.getLogger(__name__)


class Stopped(Exception):
    """The process is to end; the next one goes on from here."""


@dataclass(frozen=True)
class Look:
    """Looks at models; `clock` is the wall's, by which only rows of the future are told."""

    settings: Settings
    state: State
    champions: Champions
    clock: Callable[[], float] = time.time
    pace: Pace = field(default_factory=Pace)

    def at(self, model: str, stopping: Callable[[], bool]) -> View | None:
        """Look at a model; None while it has no champion.

        Raises Stopped, and the errors of what it works with.
        """
        release = self.champions.release(model)
        try:
            champion = self.champions.champion(model, release)
        except MooringError:
            # The log is taken over all the same: a gateway deletes what nobody fetches.
            self._collect(model)
            raise
        if champion is None:
            self._collect(model)
            return None
        return self._watched(champion, release, stopping)

    def _watched(self, champion: Champion, release: Release, stopping: Callable[[], bool]) -> View:
        model = champion.model
        with self.state.step():
            reign = self.state.reign(model, champion.version, champion.bundle)
        collected = self._collect(model)
        self._count(champion, self.pace.due(model, collected.days), stopping)
        known = Known({day: DayFacts.from_json(f) for day, f in self.state.facts(model).items()})
        judge = Judge(self.state, champion, self._dated(model, reign, known), self._of(model))
        watermark = self.state.moment(model, "watermark")
        if watermark is not None:
            self._judge(judge, at(watermark), stopping)
        if stopping():
            raise Stopped
        return view(judge, release, collected, known, watermark, self._facts(release))

    def _judge(self, judge: Judge, watermark: datetime, stopping: Callable[[], bool]) -> None:
        """Judge what has closed, once its days are counted; then let old days go."""
        model = judge.champion.model
        tables = self._tables(model)
        self._count(judge.champion, sorted(judge.needs(watermark) & unsettled(tables)), stopping)
        judge.judge(watermark, stopping)
        before = watermark.date() - timedelta(days=self.settings.of_model(model).keep_days)
        if self.pace.retain(model, before):
            retain(tables, before)

    def _facts(self, release: Release) -> Facts:
        own = self.settings.of_model(release.model)
        return Facts(
            looked_at=self.clock(),
            interval_seconds=self.settings.interval_seconds,
            horizon_seconds=own.watching.horizon_seconds,
            objectives=own.objectives,
            differs=differs(release, read_routing(self.settings.routing)),
            label_at=self.state.moment(release.model, "label"),
        )

    def _of(self, model: str) -> Watching:
        return self.settings.of_model(model).watching

    def _collect(self, model: str) -> Collected:
        """Take over what waits in the log.

        It is remembered when labels came and, until one does, since when predictions wait.
        """
        collected = collect(
            self._tables(model), horizon_seconds=self._of(model).horizon_seconds, now=self.clock
        )
        waits = collected.predictions and self.state.moment(model, "label") is None
        if collected.labels or waits:
            with self.state.step():
                self.state.advance(model, "label", self.clock())
        if self.pace.compact(model, sum(collected.segments.values())):
            compact(self._tables(model))
        return collected

    def _tables(self, model: str) -> Tables:
        return Tables(self.settings.folder, self.settings.log, model)

    def _count(
        self, champion: Champion, days: Iterable[date], stopping: Callable[[], bool]
    ) -> None:
        """Count days that changed, each in a step of its own, and say so to the tables."""
        counted: list[date] = []
        try:
            for day in days:
                if stopping():
                    raise Stopped
                began = self.pace.now()
                self._count_day(champion, day)
                self.pace.counted(champion.model, day, began)
                counted.append(day)
        finally:
            if counted:
                settle(self._tables(champion.model), counted)

    def _count_day(self, champion: Champion, day: date) -> None:
        noted = _Noting(joined(self._tables(champion.model), day), at(self.clock()))
        summary = summarise(
            champion.reference, champion.contract, noted, version=champion.version, day=day
        )
        facts = noted.facts
        if facts.future:
            told = {"model": champion.model, "rows": facts.future, "day": day.isoformat()}
            _log.warning("rows of the future move no window", extra=told)
        with self.state.step():
            self.state.put_summary(champion.model, champion.version, day, summary.to_json())
            self.state.put_facts(champion.model, day, facts.to_json())
            if facts.last is not None:
                self.state.advance(champion.model, "watermark", facts.last)

    def _dated(self, model: str, reign: Reign, known: Known) -> Reign:
        """The reign with the day from which on it is judged, as soon as there is a row of it."""
        if reign.first is not None:
            return reign
        row = known.first_row(reign.version, reign.since)
        if row is None:
            return reign
        with self.state.step():
            return self.state.judge_from(model, reign, first_whole_day(row))


class _Noting:
    """Passes frames on, and notes their facts."""

    def __init__(self, frames: Iterable[pl.DataFrame], now: datetime) -> None:
        self._frames = frames
        self._now = now
        self.facts = DayFacts()

    def __iter__(self) -> Iterator[pl.DataFrame]:
        for frame in self._frames:
            self.facts += DayFacts.of(frame, self._now)
            yield frame
