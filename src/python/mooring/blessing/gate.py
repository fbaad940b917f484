"""What a model's owner demands of every candidate, declared once in `models/<name>/gate.py`."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Literal

from mooring.blessing.behaviour import Behaviour
from mooring.blessing.budget import ServingBudget
from mooring.blessing.errors import GateUnusable
from mooring.blessing.honesty import ASK_ALL, Honesty
from mooring.bundle.manifest import Period
from mooring.evaluation.bootstrap import METRICS, RISING, Metric
from mooring.evaluation.intervals import BOUNDED

BlessingKind = Literal["evaluation", "serving"]

# The percentiles of an interval want thousands; fewer would make the verdict a matter of the seed.
LEAST_RESAMPLES = 2_000


@dataclass(frozen=True)
class Floor:
    """A metric that must reach `at_least`, or stay at or below `at_most`.

    The value itself decides, or, by "interval", its whole interval over days must satisfy.
    """

    metric: str
    at_least: float | None = None
    at_most: float | None = None
    by: Literal["value", "interval"] = "value"

    def __post_init__(self) -> None:
        if self.at_least is None and self.at_most is None:
            raise _demands_nothing(f"the floor of {self.metric} has no bound")
        if self.by == "interval" and self.metric not in BOUNDED:
            problem = f"{self.metric} has no interval, only {', '.join(BOUNDED)}"
            raise GateUnusable(problem, place="gate", cure='Judge it by="value".')

    def met_by(self, value: float) -> bool:
        """Whether the value satisfies the floor; NaN never does."""
        low = self.at_least is None or value >= self.at_least
        return low and (self.at_most is None or value <= self.at_most)


@dataclass(frozen=True)
class Slice:
    """Every value of one feature is judged on its own, given `minimum_rows`.

    A number is cut at `edges`: below the first, from each to the next, from the last on. Nulls are
    a slice of their own where there are any. With `pool_small` the values of a category that have
    fewer rows are judged together, as "<feature> = (others)"; the evidence names them.
    """

    feature: str
    floor: Floor
    minimum_rows: int
    edges: tuple[float, ...] = ()
    pool_small: bool = False

    def __post_init__(self) -> None:
        if any(low >= high for low, high in pairwise(self.edges)) or not all(
            map(math.isfinite, self.edges)
        ):
            raise _unsliceable(f"the edges of {self.feature} do not rise")
        if self.pool_small and self.edges:
            raise _unsliceable(f"{self.feature} is cut at edges: move them instead of pooling")
        if self.minimum_rows < 1:
            raise _unsliceable(f"the slices of {self.feature} need no rows")


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
    `against_champion` is asked once there is a champion, `honesty` always; `behaviours` are what
    this model must do whatever it scores, and `serving` is what the process may cost. `retrained`
    says that the rows are of other days than the floors were measured on: see `moved`.
    """

    holdout: Period
    floors: tuple[Floor, ...]
    slices: tuple[Slice, ...] = ()
    minimum_rows: int = 1_000
    required_blessings: frozenset[BlessingKind] = frozenset({"evaluation", "serving"})
    against_champion: AgainstChampion | None = None
    honesty: Honesty = ASK_ALL
    behaviours: tuple[Behaviour, ...] = ()
    serving: ServingBudget = field(default_factory=ServingBudget)
    retrained: bool = False

    def __post_init__(self) -> None:
        if not self.floors:
            raise _demands_nothing("the gate has no floor")

    def moved(self, holdout: Period) -> Gate:
        """The gate of a retrain, which is judged on `holdout`, days that its author never saw.

        Every demand stays, but for a floor that the champion in service misses on the very rows.
        It says something of the days: there the candidate must do no worse than the champion, and
        have half of what is asked of telling rows apart.
        """
        return replace(self, holdout=holdout, retrained=True)


def _no_comparison(problem: str) -> GateUnusable:
    cure = "Mend AgainstChampion in models/<name>/gate.py."
    return GateUnusable(problem, place="gate, against the champion", cure=cure)


def _unsliceable(problem: str) -> GateUnusable:
    return GateUnusable(problem, place="gate", cure="Mend Slice in models/<name>/gate.py.")


def _demands_nothing(problem: str) -> GateUnusable:
    """A gate that nothing can fail would bless anything."""
    return GateUnusable(problem, place="gate", cure="Say what a candidate must reach.")
