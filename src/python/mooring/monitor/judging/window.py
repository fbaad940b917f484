"""The judgement of a closed window: what differs, what is broken, and what its rows expect."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from typing import Literal

from pydantic import TypeAdapter

from mooring.contract.contract import Contract
from mooring.drift.naming import named
from mooring.drift.reference import Reference
from mooring.evaluation.joint import Told
from mooring.monitor.judging.difference import Difference, difference_of, score_difference
from mooring.monitor.judging.estimated import estimated
from mooring.monitor.judging.figures import Measure
from mooring.monitor.judging.soundness import (
    Soundness,
    broken_days,
    sound_days,
    soundness,
)
from mooring.monitor.judging.summary import DaySummary, days_within
from mooring.monitor.judging.together import told
from mooring.monitor.judging.windows import Window
from mooring.monitor.watching import Watching

TOO_FEW_ROWS = "fewer sound rows than a window has at least"


@dataclass(frozen=True)
class WindowJudgement:
    """One version in one window. `rows` are those of the reference's contract; `absent` are days
    without any; `broken` are days that show a bug each by itself: they are left out of `score`,
    which may ask for a retrain.
    """

    version: int
    window: Window
    outcome: Literal["ok", "too_few_rows"]
    rows: int
    other_contracts: Mapping[str, int]
    absent: tuple[date, ...]
    broken: tuple[date, ...]
    soundness: Soundness
    score: Difference
    features: Mapping[str, Difference] = field(default_factory=dict)
    classifier: Told | None = None
    estimated: Mapping[str, Measure] = field(default_factory=dict)

    def to_json(self) -> bytes:
        """Everything, for a state that lasts; NaN is null."""
        return _adapter().dump_json(self)

    @classmethod
    def from_json(cls, document: bytes) -> WindowJudgement:
        """What `to_json` wrote. Raises pydantic's ValidationError."""
        return _adapter().validate_json(document)


def judge_window(
    reference: Reference,
    contract: Contract,
    watching: Watching,
    window: Window,
    version: int,
    summaries: Iterable[DaySummary],
) -> WindowJudgement:
    """Judge the days of a closed window; those of other windows are passed over.

    With fewer than `least_rows` nothing is tested. Raises PartsMismatch for summaries of another
    version.
    """
    every = days_within(window, version, summaries)
    days = [day for day in every if day.rows]
    judged = WindowJudgement(
        version=version,
        window=window,
        outcome="ok",
        rows=sum(day.rows for day in days),
        other_contracts=_other_contracts(every),
        absent=tuple(day.day for day in every if not day.rows),
        broken=broken_days(reference, contract, days),
        soundness=soundness(reference, contract, days),
        score=Difference(untestable=TOO_FEW_ROWS),
    )
    if judged.rows < watching.least_rows:
        return replace(judged, outcome="too_few_rows")
    return replace(
        judged,
        score=_score(reference, sound_days(reference, contract, days, judged.broken), watching),
        features=_features(reference, contract, days, watching),
        classifier=told(reference, contract, days),
        estimated=estimated(reference, days),
    )


def _score(reference: Reference, days: Sequence[DaySummary], watching: Watching) -> Difference:
    if sum(day.rows for day in days) < watching.least_rows:
        return Difference(untestable=TOO_FEW_ROWS)
    return score_difference(reference, days, watching)


def _features(
    reference: Reference, contract: Contract, days: Sequence[DaySummary], watching: Watching
) -> Mapping[str, Difference]:
    """Each feature's difference; Benjamini and Hochberg flag among those that are not seasonal."""
    found = {f.name: difference_of(f, reference, days, watching) for f in contract.features}
    flagged = named({name: each.p for name, each in found.items() if each.counts})
    return {name: replace(each, flagged=name in flagged) for name, each in found.items()}


def _other_contracts(days: Iterable[DaySummary]) -> Mapping[str, int]:
    found: Counter[str] = Counter()
    for day in days:
        found.update(day.other_contracts)
    return dict(sorted(found.items()))


@cache
def _adapter() -> TypeAdapter[WindowJudgement]:
    return TypeAdapter(WindowJudgement)
