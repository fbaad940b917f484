"""How a value goes on: one value until the onset, another from then on, and a ripple on both."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import Literal

from mooring.observability.trial.clock import HOUR, Span

# A value as it is; a moment that moves on with time; or one that stays until it is replaced.
Meaning = Literal["value", "age", "moment"]
# When a series is there: always, or only from the onset on, or only until then.
Shown = Literal["always", "from", "until"]


@dataclass(frozen=True)
class Course:
    """`before` until the onset and `after` from then on; `ripple` is a part of the value.

    For an `age` the two are seconds before the present, for a `moment` seconds before the onset.
    """

    before: float
    after: float | None = None
    ripple: float = 0.0
    meaning: Meaning = "value"
    shown: Shown = "always"

    def at(self, moment: float, span: Span) -> float:
        """The value of this moment."""
        late = moment >= span.begins
        value = self.after if late and self.after is not None else self.before
        value *= 1.0 + self.ripple * math.sin(moment / HOUR * 2 * math.pi)
        return {"value": value, "age": moment - value, "moment": span.begins - value}[self.meaning]

    def is_shown(self, moment: float, span: Span) -> bool:
        """Whether the series is there."""
        return self.shown == "always" or (self.shown == "from") == (moment >= span.begins)

    def values(self, span: Span, scale: float = 1.0) -> list[float]:
        """Of a gauge, at each scrape."""
        return [scale * value for value in _levels(self, span)]

    def sums(self, span: Span, scale: float = 1.0) -> list[float]:
        """Of a counter that grows by so much a second, at each scrape."""
        levels = _levels(self, span)
        grown = accumulate((scale * level * span.step for level in levels[:-1]), initial=0.0)
        return [float(math.floor(total)) for total in grown]


# Many series take one course.
@lru_cache(maxsize=1_000)
def _levels(course: Course, span: Span) -> tuple[float, ...]:
    return tuple(course.at(moment, span) for moment in span.moments())


def steady(value: float) -> Course:
    """The same all the time."""
    return Course(value)


def rippled(before: float, after: float | None = None) -> Course:
    """With an hour's ebb and flow of a tenth, as traffic has."""
    return Course(before, after, ripple=0.1)


def share_below(bound: float, middle: float) -> float:
    """The part of a histogram's values below `bound` when half of them are below `middle`.

    Log-logistic: of times, which have a long tail.
    """
    return 1.0 / (1.0 + (middle / bound) ** 3) if bound > 0 else 0.0
