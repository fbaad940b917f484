"""The judgement of a matured cohort: a window whose labels have had their time."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from typing import Literal

import numpy as np
from pydantic import TypeAdapter

from mooring.contract.contract import Contract
from mooring.drift.reference import Reference
from mooring.drift.shift import shift
from mooring.monitor.judging.difference import LEVEL
from mooring.monitor.judging.estimated import estimated
from mooring.monitor.judging.figures import Figure, Measure
from mooring.monitor.judging.realised import realised
from mooring.monitor.judging.soundness import broken_days, sound_days
from mooring.monitor.judging.summary import DaySummary, days_within
from mooring.monitor.judging.windows import Window
from mooring.monitor.watching import Watching

NO_OUTCOMES = "the reference holds no outcomes: train the model again"
TOO_FEW_LABELS = "fewer labels of sound days than a cohort has at least"
TOO_FEW_BLOCKS = "reference and cohort have fewer than three days together, or all are alike"


@dataclass(frozen=True)
class Moved:
    """By how much a mean lies above the reference's, in its unit; the difference, to either side,
    whose p-value is `LEVEL`; and the chance of one as large where the true one is at most the least
    that matters. `untestable` is why nothing can be said.
    """

    difference: Figure = math.nan
    critical: Figure = math.nan
    p: Figure = math.nan
    untestable: str = ""


@dataclass(frozen=True)
class CohortJudgement:
    """One version's rows of one window, with their labels. `coverage` is the share that has one
    that counts; below `least_coverage` nothing is measured, since labels that are late are unlike
    those that are not. `broken` days are left out of `residual` and `loss`.
    """

    version: int
    window: Window
    outcome: Literal["ok", "too_few_rows", "too_few_labels"]
    rows: int
    labelled: int
    disputed: int
    coverage: Figure
    broken: tuple[date, ...]
    residual: Moved
    loss: Moved
    base_rate: Figure = math.nan
    realised: Mapping[str, Measure] = field(default_factory=dict)
    estimated: Mapping[str, Measure] = field(default_factory=dict)

    def to_json(self) -> bytes:
        """Everything, for a state that lasts; NaN is null."""
        return _adapter().dump_json(self)

    @classmethod
    def from_json(cls, document: bytes) -> CohortJudgement:
        """What `to_json` wrote. Raises pydantic's ValidationError."""
        return _adapter().validate_json(document)


def judge_cohort(
    reference: Reference,
    contract: Contract,
    watching: Watching,
    window: Window,
    version: int,
    summaries: Iterable[DaySummary],
) -> CohortJudgement:
    """Judge a window that has matured (`Window.matures`); days of others are passed over.

    Raises PartsMismatch for summaries of another version.
    """
    days = [day for day in days_within(window, version, summaries) if day.rows]
    rows, labelled = sum(day.rows for day in days), sum(day.labelled for day in days)
    untold = Moved(untestable=TOO_FEW_LABELS)
    judged = CohortJudgement(
        version=version,
        window=window,
        outcome="ok",
        rows=rows,
        labelled=labelled,
        disputed=sum(day.disputed for day in days),
        coverage=labelled / rows if rows else math.nan,
        broken=broken_days(reference, contract, days),
        residual=untold,
        loss=untold,
    )
    if rows < watching.least_rows:
        return replace(judged, outcome="too_few_rows")
    judged = replace(judged, estimated=estimated(reference, days))
    if judged.coverage < watching.least_coverage:
        return replace(judged, outcome="too_few_labels")
    sound = sound_days(reference, contract, days, judged.broken)
    kind = contract.prediction.kind
    return replace(
        judged,
        residual=_moved("residual", reference, sound, watching, watching.least_residual),
        loss=_moved("excess", reference, sound, watching, watching.least_loss),
        base_rate=sum(d.outcomes.label for d in days) / labelled if kind == "probability" else 0.0,
        realised=realised(kind, days),
    )


def _moved(
    name: str, reference: Reference, days: Sequence[DaySummary], watching: Watching, least: float
) -> Moved:
    """Whether the mean of one sum of outcomes has moved, days of both sides taken whole."""
    if reference.outcomes is None:
        return Moved(untestable=NO_OUTCOMES)
    if sum(day.labelled for day in days) < watching.least_rows:
        return Moved(untestable=TOO_FEW_LABELS)
    then, now = reference.outcomes.blocks, [day.outcomes for day in days]
    # A label may be as large as a float: of what overflows nothing is known.
    with np.errstate(over="ignore", invalid="ignore"):
        found = shift(
            [getattr(sums, name) for sums in then],
            [sums.rows for sums in then],
            [getattr(sums, name) for sums in now],
            [sums.rows for sums in now],
        )
        if not found.testable:
            return Moved(untestable=TOO_FEW_BLOCKS)
        critical = found.critical_difference(LEVEL, least)
        return Moved(found.difference, critical, found.p_value(least))


@cache
def _adapter() -> TypeAdapter[CohortJudgement]:
    return TypeAdapter(CohortJudgement)
