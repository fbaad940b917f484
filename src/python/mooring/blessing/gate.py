"""What a model's owner demands of every candidate, declared once in `models/<name>/gate.py`."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Literal

from mooring.blessing.budget import ServingBudget
from mooring.blessing.errors import GateUnusable
from mooring.bundle.manifest import Period
from mooring.evaluation.bootstrap import METRICS, RISING, Metric

BlessingKind = Literal["evaluation", "serving"]

# The percentiles of an interval want thousands; fewer would make the verdict a matter of the seed.
LEAST_RESAMPLES = 2_000


@dataclass(frozen=True)
class Floor:
    """A metric that must reach `at_least`, or stay at or below `at_most`."""

    metric: str
    at_least: float | None = None
    at_most: float | None = None

    def __post_init__(self) -> None:
        if self.at_least is None and self.at_most is None:
            raise _demands_nothing(f"the floor of {self.metric} has no bound")

    def met_by(self, value: float) -> bool:
        """Whether the value satisfies the floor; NaN never does."""
        low = self.at_least is None or value >= self.at_least
        return low and (self.at_most is None or value <= self.at_most)


@dataclass(frozen=True)
class Slice:
    """Every value of one categorical feature is judged on its own, given `minimum_rows`."""

    feature: str
    floor: Floor
    minimum_rows: int


@dataclass(frozen=True)
class AgainstChampion:
    """Candidate and champion on the same rows, by a paired block bootstrap.

    `margin` is in the metric's unit. "non-inferior", for a retrain: the interval excludes being
    worse by more than the margin. "superior", for a new design: it excludes being better by no
    more than the margin. A block is one `cluster`, a UTC day of the event time.
    """

    metric: Metric
    margin: float
    minimum_blocks: int
    mode: Literal["non-inferior", "superior"] = "non-inferior"
    cluster: Literal["day"] = "day"
    resamples: int = LEAST_RESAMPLES
    confidence: float = 0.95

    def __post_init__(self) -> None:
        if self.metric not in METRICS:
            raise _no_comparison(f"{self.metric} cannot be compared, only {', '.join(METRICS)}")
        if not 0 <= self.margin < math.inf:
            raise _no_comparison("its margin is not a finite number of at least 0")
        if self.minimum_blocks < 2:
            raise _no_comparison("fewer than two blocks have no interval")
        if self.resamples < LEAST_RESAMPLES:
            raise _no_comparison(f"it has fewer than {LEAST_RESAMPLES} resamples")
        if not 0.5 < self.confidence < 1:
            raise _no_comparison("its confidence is not between 0.5 and 1")

    def met_by(self, lower: float, upper: float) -> bool:
        """Whether an interval of candidate − champion satisfies it; NaN never does."""
        worst_gain = lower if self.metric in RISING else -upper
        if self.mode == "superior":
            return worst_gain > self.margin
        return worst_gain >= -self.margin


@dataclass(frozen=True)
class Gate:
    """Floors over the whole holdout, floors per slice, and how many rows a verdict takes.

    `holdout` is the period to judge on: labelled rows that no candidate has learned from.
    `against_champion` is asked once there is a champion; `serving` is what the process may cost.
    """

    holdout: Period
    floors: tuple[Floor, ...]
    slices: tuple[Slice, ...] = ()
    minimum_rows: int = 1_000
    required_blessings: frozenset[BlessingKind] = frozenset({"evaluation", "serving"})
    against_champion: AgainstChampion | None = None
    serving: ServingBudget = field(default_factory=ServingBudget)

    def __post_init__(self) -> None:
        if not self.floors:
            raise _demands_nothing("the gate has no floor")


def _no_comparison(problem: str) -> GateUnusable:
    cure = "Mend AgainstChampion in models/<name>/gate.py."
    return GateUnusable(problem, place="gate, against the champion", cure=cure)


def _demands_nothing(problem: str) -> GateUnusable:
    """A gate that nothing can fail would bless anything."""
    return GateUnusable(problem, place="gate", cure="Say what a candidate must reach.")
