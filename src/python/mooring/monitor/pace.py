"""How often a busy day is counted anew, and when its tables are tidied up.

A day is counted from all its rows, so that a count can be repeated; a day of millions that grows
each minute would be counted without end. It waits, unsettled, until it has been left alone for a
multiple of what its last count took, or until a window needs it.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date

# Counting takes a tenth of the time at most.
_RESTS = 9.0

# Each segment is a part or more; of a day's parts all are opened to count it.
_SEGMENTS = 64


class Pace:
    """What was done when, in the memory of this process: one that starts does everything once."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._rests_until: dict[tuple[str, date], float] = {}
        self._segments: Counter[str] = Counter()
        self._retained: dict[str, date] = {}

    def due(self, model: str, days: Iterable[date]) -> list[date]:
        """The days that may be counted now, in order."""
        now = self._clock()
        return [d for d in sorted(days) if self._rests_until.get((model, d), 0.0) <= now]

    def counted(self, model: str, day: date, began: float) -> None:
        """Say that a day was counted, from `began` (of this clock) until now."""
        now = self._clock()
        self._rests_until[model, day] = now + _RESTS * (now - began)

    def now(self) -> float:
        """The time by the clock that `counted` is told."""
        return self._clock()

    def compact(self, model: str, segments: int) -> bool:
        """Whether so many segments more make it worth while."""
        self._segments[model] += segments
        if self._segments[model] < _SEGMENTS:
            return False
        self._segments[model] = 0
        return True

    def retain(self, model: str, before: date) -> bool:
        """Whether days before that one are still to go: once for each."""
        if self._retained.get(model) == before:
            return False
        self._retained[model] = before
        return True
