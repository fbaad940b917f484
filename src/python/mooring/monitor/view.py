"""What is known of one model after a look: all that the metrics show of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from mooring.bundle.release import Release
from mooring.monitor.champion import promoted_at
from mooring.monitor.facts import Known
from mooring.monitor.judge import Judge, at
from mooring.monitor.judging.cohort import CohortJudgement
from mooring.monitor.judging.evidence import Evidence
from mooring.monitor.judging.soundness import soundness
from mooring.monitor.judging.window import WindowJudgement
from mooring.monitor.tables.counts import Collected
from mooring.telemetry.quality import Measure

# How the look ended; without a window that has closed it is none of too few rows.
Outcome = Literal["ok", "too_few_rows"]


@dataclass(frozen=True)
class Facts:
    """What is known beside the judgements; times are seconds since 1970."""

    looked_at: float
    interval_seconds: float
    horizon_seconds: float
    objectives: Mapping[Measure, float]
    differs: bool
    label_at: float | None


@dataclass(frozen=True)
class View:
    """One model and its champion; `window` and `cohort` are those judged last in its reign.

    `broken` are the kinds of bug that any of the newest days shows, `promoted` when each champion
    that is still in the release became one, by version.
    """

    model: str
    version: int
    facts: Facts
    collected: Collected
    evidence: Evidence
    window: WindowJudgement | None
    cohort: CohortJudgement | None
    broken: frozenset[str]
    awaiting: int
    promoted: Mapping[int, float]

    @property
    def outcome(self) -> Outcome:
        """How the look ended."""
        return self.window.outcome if self.window else "ok"


def view(
    judge: Judge,
    release: Release,
    collected: Collected,
    known: Known,
    watermark: float | None,
    facts: Facts,
) -> View:
    """What there is to show."""
    horizon = timedelta(seconds=facts.horizon_seconds)
    return View(
        model=judge.champion.model,
        version=judge.champion.version,
        facts=facts,
        collected=collected,
        evidence=judge.evidence(),
        window=judge.last_window(),
        cohort=judge.last_cohort(),
        broken=_broken(judge, watermark),
        awaiting=0 if watermark is None else known.awaiting(at(watermark) - horizon),
        promoted=_promoted(release),
    )


def _broken(judge: Judge, watermark: float | None) -> frozenset[str]:
    """Bugs of the days that a retrain would learn from last: of one window's length, the day that
    has only begun among them.
    """
    if watermark is None:
        return frozenset()
    newest = at(watermark).date()
    first = newest - timedelta(days=judge.watching.window_days - 1)
    days = judge.summaries(first, newest + timedelta(days=1))
    of = (judge.champion.reference, judge.champion.contract)
    kinds = (soundness(*of, [day], begun=day.day == newest).kinds for day in days)
    return frozenset(kind for found in kinds for kind in found)


def _promoted(release: Release) -> Mapping[int, float]:
    """Only the champion's: others would be versions that live nowhere."""
    if release.champion is None:
        return {}
    moment = promoted_at(release.champion)
    return {} if moment is None else {release.champion.version: moment}
