"""What a gate asks beyond the score: whether it was come by honestly, and what may be left out.

Every question is asked unless the gate exempts the model from it, with a reason that stands in the
evidence. The questions themselves are in `leakage`, `overlap`, `order`, `known` and `permutation`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from mooring.blessing.errors import GateUnusable

Question = Literal[
    "single features",
    "features together",
    "overlap",
    "time order",
    "event times",
    "known in time",
    "labels dealt anew",
]
QUESTIONS: tuple[Question, ...] = get_args(Question)

# As good as perfect. Of honest tables at hand the best comes near: a logistic model of the breast
# cancer table has an AUC of 0.995, distance explains 0.98 of a flight's time in the air.
CEILING = 0.9995

# A row whose very content was learned from helps no more than this: real tables repeat themselves.
MOST_COPIES = 0.01


@dataclass(frozen=True)
class Honesty:
    """What is asked: everything, but for what `exempt` names, each with its reason.

    `ceiling` is the score that simple probes must stay below, AUC of a probability and R² of a
    number; another than the usual wants `ceiling_reason`. `most_copies` is the share of holdout
    rows that may repeat a training row beyond what the table repeats itself.
    """

    exempt: Mapping[Question, str] = field(default_factory=dict)
    ceiling: float = CEILING
    ceiling_reason: str = ""
    most_copies: float = MOST_COPIES

    def __post_init__(self) -> None:
        unknown = sorted(set(self.exempt) - set(QUESTIONS))
        if unknown:
            raise _unusable(f"no question is called {', '.join(unknown)}", ", ".join(QUESTIONS))
        silent = sorted(name for name, reason in self.exempt.items() if not reason.strip())
        if silent:
            raise _unusable(f"{', '.join(silent)} is exempt without a reason", "Say why.")
        if not 0.5 < self.ceiling <= 1 or not 0 <= self.most_copies <= 1:
            raise _unusable("its limits are no shares", "Give a ceiling between 0.5 and 1.")
        if self.ceiling != CEILING and not self.ceiling_reason.strip():
            raise _unusable(f"the ceiling is not {CEILING}, without a reason", "Say why.")


def _unusable(problem: str, cure: str) -> GateUnusable:
    return GateUnusable(problem, place="gate, honesty", cure=cure)


# What a gate asks that does not say what it asks.
ASK_ALL = Honesty()
