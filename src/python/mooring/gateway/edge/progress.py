"""How far the newest request of a connection has come, and whether it has taken too long.

SILENT ─▶ HEAD ─▶ BODY ─▶ ANSWER ─▶ IDLE        LEAVING, from anywhere
           ▲                          │
           └──────────────────────────┘
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from mooring.gateway.edge.limits import EdgeLimits


class Phase(Enum):
    """What the connection is waiting for."""

    SILENT = "the first byte"
    HEAD = "the rest of a request's head"
    BODY = "the rest of a request's body"
    ANSWER = "our answer"
    IDLE = "the next request"
    LEAVING = "the end: nothing that arrives is read any more"


@dataclass(slots=True)
class Progress:
    """Where a connection is; `since` is when the clock of its phase began, `received` counts bytes
    of the present body.
    """

    since: float
    phase: Phase = Phase.SILENT
    received: int = 0

    def enter(self, phase: Phase, now: float) -> None:
        """Begin a phase."""
        self.phase, self.since, self.received = phase, now, 0


def overdue(progress: Progress, limits: EdgeLimits, now: float) -> bool:
    """Whether the peer has used up what its phase allows.

    >>> overdue(Progress(since=0.0, phase=Phase.HEAD), EdgeLimits(), 4.9)
    False
    >>> overdue(Progress(since=0.0, phase=Phase.HEAD), EdgeLimits(), 5.1)
    True
    """
    passed = now - progress.since
    if progress.phase is Phase.BODY:
        return passed > limits.body_seconds or _too_slow(progress.received, passed, limits)
    return passed > _seconds(progress.phase, limits)


def _too_slow(received: int, passed: float, limits: EdgeLimits) -> bool:
    due = limits.body_bytes_per_second * passed
    return passed > limits.body_grace_seconds and received < due


def _seconds(phase: Phase, limits: EdgeLimits) -> float:
    if phase is Phase.ANSWER:
        return float("inf")  # that is us: the deadlines of the hop bound it
    if phase is Phase.IDLE:
        return limits.idle_seconds
    if phase is Phase.LEAVING:
        return limits.linger_seconds
    return limits.head_seconds
