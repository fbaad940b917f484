"""Judging what has closed: each window and each cohort once, with the evidence that it leads to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from mooring.drift.watch import Watch
from mooring.monitor.champion import Champion
from mooring.monitor.judging.cohort import CohortJudgement, judge_cohort
from mooring.monitor.judging.evidence import Evidence, after_cohort, after_window
from mooring.monitor.judging.summary import DaySummary
from mooring.monitor.judging.window import WindowJudgement, judge_window
from mooring.monitor.judging.windows import Tumbling, Window
from mooring.monitor.state import KINDS, Judged, Kind, Reign, State
from mooring.monitor.watching import Watching


@dataclass(frozen=True)
class Judge:
    """Judges the reign of one champion."""

    state: State
    champion: Champion
    reign: Reign
    watching: Watching

    def judge(self, watermark: datetime, stopping: Callable[[], bool]) -> None:
        """Judge all that has closed, each in a step of its own.

        In the order in which it closed: evidence must not depend on when somebody looked.
        """
        for kind, window in sorted(self._due(watermark), key=self._closed_at):
            if stopping():
                return
            self._keep(kind, window)

    def needs(self, watermark: datetime) -> frozenset[date]:
        """The days of what is about to be judged."""
        return frozenset(day for _, window in self._due(watermark) for day in window.dates)

    def evidence(self) -> Evidence:
        """What has gathered in this reign, beside the alarms that the settings set now."""
        fresh = Evidence.none(self.watching)
        kept = self.state.evidence(self.champion.model, self.reign)
        if kept is None:
            return fresh
        before = Evidence.from_json(kept)
        return Evidence(
            _alarming_at(fresh.asking, before.asking), _alarming_at(fresh.telling, before.telling)
        )

    def last_window(self) -> WindowJudgement | None:
        """What was judged last by what came in."""
        last = self.state.last(self.champion.model, self.reign, "window")
        return WindowJudgement.from_json(last.body) if last else None

    def last_cohort(self) -> CohortJudgement | None:
        """What was judged last by what came true."""
        last = self.state.last(self.champion.model, self.reign, "cohort")
        return CohortJudgement.from_json(last.body) if last else None

    def summaries(self, first: date, end: date) -> list[DaySummary]:
        """How days were counted, from `first` to before `end`."""
        found = self.state.summaries(self.champion.model, self.champion.version, first, end)
        return [DaySummary.from_json(document) for document in found.values()]

    def _due(self, watermark: datetime) -> list[tuple[Kind, Window]]:
        return [(kind, window) for kind in KINDS for window in self._closed(kind, watermark)]

    def _closed_at(self, due: tuple[Kind, Window]) -> datetime:
        kind, window = due
        matures = window.matures(self.watching.horizon_seconds)
        return matures if kind == "cohort" else window.closes

    def _closed(self, kind: Kind, watermark: datetime) -> Iterator[Window]:
        """Windows follow each other whatever their length was before."""
        if self.reign.first is None:
            return iter(())
        last = self.state.last(self.champion.model, self.reign, kind)
        windows = Tumbling(last.end if last else self.reign.first, self.watching.window_days)
        if kind == "window":
            return windows.closed(watermark)
        return windows.matured(watermark, self.watching.horizon_seconds)

    def _keep(self, kind: Kind, window: Window) -> None:
        """Judge a window and keep it, with its evidence, in one step."""
        body, evidence = self._window(window) if kind == "window" else self._cohort(window)
        judged = Judged(kind, window.start, window.end, self.reign.number, body, evidence.to_json())
        with self.state.step():
            self.state.put_judgement(self.champion.model, self.champion.version, judged)

    def _window(self, window: Window) -> tuple[bytes, Evidence]:
        champion, days = self.champion, self.summaries(window.start, window.end)
        judged = judge_window(
            champion.reference, champion.contract, self.watching, window, champion.version, days
        )
        return judged.to_json(), after_window(self.evidence(), judged)

    def _cohort(self, window: Window) -> tuple[bytes, Evidence]:
        champion, days = self.champion, self.summaries(window.start, window.end)
        judged = judge_cohort(
            champion.reference, champion.contract, self.watching, window, champion.version, days
        )
        return judged.to_json(), after_cohort(self.evidence(), judged)


def _alarming_at(fresh: Watch, kept: Watch) -> Watch:
    return Watch(
        {
            name: replace(kept.detectors[name], alarm_at=detector.alarm_at)
            for name, detector in fresh.detectors.items()
        }
    )


def at(seconds: float) -> datetime:
    """A moment that was kept as seconds since 1970."""
    return datetime.fromtimestamp(seconds, UTC)
