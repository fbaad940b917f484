"""What a model must do whatever it scores: invariance, direction, minimum function.

Ribeiro et al., "Beyond Accuracy: Behavioral Testing of NLP Models with CheckList", ACL 2020, for
tables: the holdout's rows are changed in one feature and predicted again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from mooring.blessing.errors import GateUnusable

Value = str | bool | int | float | None


@dataclass(frozen=True)
class Change:
    """A feature set to one of `values`, or, for numbers, moved `by` an amount."""

    feature: str
    values: tuple[Value, ...] = ()
    by: float | None = None

    def __post_init__(self) -> None:
        if (self.by is None) == (not self.values):
            raise unfit(f"a change of {self.feature} has either values or an amount")


@dataclass(frozen=True)
class Invariance:
    """No row's prediction moves by more than `tolerance` where only `change` is made.

    `share` of the rows must hold to it.
    """

    name: str
    change: Change
    tolerance: float
    share: float = 1.0

    def __post_init__(self) -> None:
        _check_share(self.name, self.share)
        if not self.tolerance >= 0:
            raise unfit(f"the tolerance of “{self.name}” is not a number of at least 0")


@dataclass(frozen=True)
class Direction:
    """Where only `change` is made, the prediction rises or falls, in `share` of the rows.

    "not fall" and "not rise" let it stay as it is, `tolerance` forgives a step the other way.
    """

    name: str
    change: Change
    expects: Literal["rise", "fall", "not fall", "not rise"]
    share: float = 1.0
    tolerance: float = 0.0

    def __post_init__(self) -> None:
        _check_share(self.name, self.share)
        if not self.tolerance >= 0:
            raise unfit(f"the tolerance of “{self.name}” is not a number of at least 0")


@dataclass(frozen=True)
class Case:
    """One instance, as a client would send it, and the bounds of what it must be answered."""

    instance: Mapping[str, Any]
    at_least: float | None = None
    at_most: float | None = None

    def met_by(self, answer: float) -> bool:
        """Whether the answer keeps to the bounds; NaN never does."""
        low = self.at_least is None or answer >= self.at_least
        return low and (self.at_most is None or answer <= self.at_most)


@dataclass(frozen=True)
class MinimumFunction:
    """Cases that any model worth the name gets right."""

    name: str
    cases: tuple[Case, ...]

    def __post_init__(self) -> None:
        if not self.cases or any(c.at_least is None and c.at_most is None for c in self.cases):
            raise unfit(f"“{self.name}” has no case or a case without a bound")


Behaviour = Invariance | Direction | MinimumFunction


def unfit(problem: str) -> GateUnusable:
    """A behaviour that says nothing, or does not fit the contract."""
    cure = "Mend the behaviours in models/<name>/gate.py."
    return GateUnusable(problem, place="gate, behaviours", cure=cure)


def _check_share(name: str, share: float) -> None:
    if not 0 < share <= 1:
        raise unfit(f"the share of “{name}” is not above 0 and at most 1")
