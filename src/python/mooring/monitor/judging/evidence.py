"""What windows and cohorts add up to, over time: which of them may ask for a retrain."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal, Self

from pydantic import TypeAdapter

from mooring.drift.evidence import Detector, e_value
from mooring.drift.watch import Watch
from mooring.monitor.judging.cohort import CohortJudgement
from mooring.monitor.judging.window import WindowJudgement
from mooring.monitor.watching import Watching

# What may ask for a retrain, on one budget; what only explains has another of the same size.
ASKING = ("score", "residual", "loss")
TELLING = ("features", "classifier")

Monitor = Literal["features", "score", "labels", "classifier"]

# Before the first window there is no evidence at all, which has no logarithm.
_LEAST_SHOWN = 1e-3


@dataclass(frozen=True)
class Gathered:
    """Evidence of a monitor and where it alarms, as logarithms to the base of ten."""

    evidence_log10: float
    threshold_log10: float

    @property
    def alarms(self) -> bool:
        """Whether it has reached its alarm."""
        return self.evidence_log10 >= self.threshold_log10


@dataclass(frozen=True)
class Evidence:
    """The evidence of one champion. Each window and each cohort may be added once, in the order of
    time; who keeps it sees to that.
    """

    asking: Watch
    telling: Watch

    @classmethod
    def none(cls, watching: Watching) -> Self:
        """Of a champion that has answered nothing yet."""
        budget = watching.budget_windows
        return cls(Watch.over(ASKING, budget), Watch.over(TELLING, budget))

    @property
    def alarms(self) -> tuple[str, ...]:
        """What asks for a retrain: of score, residual and loss."""
        return self.asking.alarms

    def again(self) -> Evidence:
        """Without any, as after an alarm that was answered."""
        return Evidence(self.asking.again(), self.telling.again())

    def shown(self) -> Mapping[Monitor, Gathered]:
        """Each monitor as it is exported; residual and loss are both `labels`, by the larger."""
        asking, telling = self.asking.detectors, self.telling.detectors
        return {
            "features": _gathered(telling["features"]),
            "score": _gathered(asking["score"]),
            "labels": max(
                (_gathered(asking[name]) for name in ("residual", "loss")),
                key=lambda found: found.evidence_log10,
            ),
            "classifier": _gathered(telling["classifier"]),
        }

    def to_json(self) -> bytes:
        """Everything, for a state that lasts."""
        return _adapter().dump_json(self)

    @classmethod
    def from_json(cls, document: bytes) -> Evidence:
        """What `to_json` wrote. Raises pydantic's ValidationError."""
        return _adapter().validate_json(document)


def after_window(evidence: Evidence, judged: WindowJudgement) -> Evidence:
    """After a closed window: the score may ask, features and classifier tell.

    Of what has no p-value nothing is learned; while data look broken nothing of features, and of
    the score what its sound days say.
    """
    asking = evidence.asking.after({"score": judged.score.p})
    if judged.soundness.features:
        return replace(evidence, asking=asking)
    told = {
        "features": as_one([each.p for each in judged.features.values() if each.counts]),
        "classifier": judged.classifier.p_value if judged.classifier else math.nan,
    }
    return Evidence(asking, evidence.telling.after(told))


def after_cohort(evidence: Evidence, judged: CohortJudgement) -> Evidence:
    """After a matured cohort: residual and loss may ask. Of what has no p-value nothing is
    learned.
    """
    p_values = {"residual": judged.residual.p, "loss": judged.loss.p}
    return replace(evidence, asking=evidence.asking.after(p_values))


def as_one(p_values: Sequence[float]) -> float:
    """The p-value that weighs as much as the mean of the e-values of several; NaN of none."""
    if not p_values:
        return math.nan
    return float((0.5 / e_value(p_values)) ** 2)


def _gathered(detector: Detector) -> Gathered:
    shown = max(detector.evidence, _LEAST_SHOWN)
    return Gathered(math.log10(shown), math.log10(detector.alarm_at))


@cache
def _adapter() -> TypeAdapter[Evidence]:
    return TypeAdapter(Evidence)
