"""What was counted while the log was taken over; counts add."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from pydantic import BaseModel, ConfigDict

from mooring.telemetry.monitor import SEGMENT
from mooring.telemetry.quality import JOINED, LABEL_DELAY_SECONDS


class Counts(BaseModel):
    """Segments by outcome, rows, and labels by what became of them when they came.

    `delays` counts first labels by their delay in event time: one count for each bound of
    `LABEL_DELAY_SECONDS` (up to it, above the one before) and one beyond; `delay_seconds` is the
    sum of these delays.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    segments: dict[str, int] = {}
    predictions: int = 0
    labels: int = 0
    outcomes: dict[str, int] = {}
    delays: tuple[int, ...] = (0,) * (len(LABEL_DELAY_SECONDS) + 1)
    delay_seconds: float = 0.0

    @property
    def by_delay(self) -> tuple[tuple[float, int], ...]:
        """`delays` with the seconds that each ends at; the last has no end."""
        return tuple(zip((*LABEL_DELAY_SECONDS, math.inf), self.delays, strict=True))

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            segments=_added(self.segments, other.segments),
            predictions=self.predictions + other.predictions,
            labels=self.labels + other.labels,
            outcomes=_added(self.outcomes, other.outcomes),
            delays=tuple(a + b for a, b in zip(self.delays, other.delays, strict=True)),
            delay_seconds=self.delay_seconds + other.delay_seconds,
        )


@dataclass(frozen=True)
class Collected:
    """One pass over the log.

    `segments`, `predictions`, `labels` and `outcomes` are of this pass, `totals` of all passes
    since the tables began: they survive a restart, exactly. `days` are the days of events whose
    rows or labels changed and that nobody has said to have dealt with (`claims.settle`).
    `lag_seconds` is the age of the oldest sealed segment that is left.
    """

    segments: Mapping[str, int]
    predictions: int
    labels: int
    outcomes: Mapping[str, int]
    days: frozenset[date]
    lag_seconds: float
    totals: Counts


def complete(counts: Mapping[str, int], names: tuple[str, ...]) -> dict[str, int]:
    """With a zero for what did not occur, so that every series exists from the start."""
    return {name: counts.get(name, 0) for name in names}


def collected(found: Counts, totals: Counts, days: frozenset[date], lag: float) -> Collected:
    """A pass that found `found`."""
    return Collected(
        segments=complete(found.segments, SEGMENT.values),
        predictions=found.predictions,
        labels=found.labels,
        outcomes=complete(found.outcomes, JOINED.values),
        days=days,
        lag_seconds=lag,
        totals=totals,
    )


def _added(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return dict(Counter(one) + Counter(other))
