"""Gradient2 of Netflix's concurrency-limits (2018), to be compared with what the gateway uses."""

from __future__ import annotations

from math import sqrt


class Gradient:
    """A limit that falls while work takes longer than it did on the average of a long while."""

    def __init__(self, highest: int = 64, tolerance: float = 1.5, memory: int = 600) -> None:
        self._highest, self._tolerance, self._memory = float(highest), tolerance, memory
        self._limit = self._highest
        self._usual = 0.0
        self._seen = 0

    @property
    def now(self) -> int:
        """The limit, rounded down."""
        return int(self._limit)

    def measured(self, seconds: float, in_flight: int) -> None:
        """Learn from one piece of work."""
        self._seen = min(self._seen + 1, self._memory)
        self._usual += (seconds - self._usual) / self._seen
        if self._usual > 2.0 * seconds:
            self._usual *= 0.95
        if in_flight < self._limit / 2:
            return
        gradient = min(1.0, max(0.5, self._tolerance * self._usual / seconds))
        wanted = self._limit * gradient + sqrt(self._limit)
        self._limit = min(max(self._limit + 0.2 * (wanted - self._limit), 4.0), self._highest)
