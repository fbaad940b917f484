"""How many requests of one model may be worked on at once: a number, or one that is learned.

`Paced` allows as much as is finished within the time that work may take. By Little's law what is in
flight is what is finished a second times how long each takes; so whoever comes in as the n-th and
leaves after t seconds has seen n/t being finished a second. A model that is served by one worker
after another, or by many at once, or in batches, then finds its own number, and finds another when
it becomes slower. It has no memory of better times that could be wrong (see ADR 0037 for what
Gradient2 and Vegas made of the same load).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class Limit(Protocol):
    """What bounds the work in flight."""

    @property
    def now(self) -> int:
        """How much may be in flight at this moment; at least 1."""

    def measured(self, seconds: float, in_flight: int) -> None:
        """One piece of work took so long; with it, so much was in flight when it began."""


@dataclass(frozen=True)
class Fixed:
    """Always the same."""

    now: int

    def measured(self, seconds: float, in_flight: int) -> None:
        """A fixed limit learns nothing."""


@dataclass(frozen=True)
class PacePolicy:
    """How a limit is learned."""

    # As long as work may take because of others; the latency objective is 0.1 s.
    seconds: float = 0.15
    # Work that is slow by itself may take so many times what it takes alone: it waits for a call
    # that is under way, and then travels in one that is larger.
    stretch: float = 3.0
    # Fewer would leave a service idle between two calls: two travel while two are made ready.
    lowest: int = 4
    highest: int = 256
    # The last ten measurements or so count.
    smoothing: float = 0.1


class Paced:
    """As much as is finished within the time that work may take; begins with the highest."""

    def __init__(self, policy: PacePolicy | None = None) -> None:
        self._policy = policy or PacePolicy()
        self._limit = float(self._policy.highest)
        self._alone = 0.0  # seconds; only what was alone tells it, so no overload can change it

    @property
    def now(self) -> int:
        """The limit, rounded down."""
        return int(self._limit)

    def measured(self, seconds: float, in_flight: int) -> None:
        """Learn from one piece of work, unless all is well and too little was asked to tell."""
        policy = self._policy
        if in_flight == 1:
            weight = policy.smoothing if self._alone else 1.0
            self._alone += weight * (seconds - self._alone)
        allowed = max(policy.seconds, policy.stretch * self._alone)
        if seconds <= allowed and in_flight < self._limit / 2:
            return
        wanted = min(allowed * in_flight / max(seconds, 1e-6), float(policy.highest))
        smoothed = self._limit + policy.smoothing * (wanted - self._limit)
        self._limit = max(smoothed, float(policy.lowest))
