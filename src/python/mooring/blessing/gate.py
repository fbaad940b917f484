"""What a model's owner demands of every candidate, declared once in `models/<name>/gate.py`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from mooring.blessing.errors import GateUnusable
from mooring.bundle.manifest import Period

BlessingKind = Literal["evaluation", "serving"]


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
class Gate:
    """Floors over the whole holdout, floors per slice, and how many rows a verdict takes.

    `holdout` is the period to judge on: labelled rows that no candidate has learned from.
    """

    holdout: Period
    floors: tuple[Floor, ...]
    slices: tuple[Slice, ...] = ()
    minimum_rows: int = 1_000
    required_blessings: frozenset[BlessingKind] = frozenset({"evaluation"})

    def __post_init__(self) -> None:
        if not self.floors:
            raise _demands_nothing("the gate has no floor")


def _demands_nothing(problem: str) -> GateUnusable:
    """A gate that nothing can fail would bless anything."""
    return GateUnusable(problem, place="gate", cure="Say what a candidate must reach.")
