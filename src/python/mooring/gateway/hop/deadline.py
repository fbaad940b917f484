"""Deadlines: how long anybody still waits for an answer. What nobody waits for is not worked on.

A deadline is a moment on this machine's monotonic clock, so it never leaves the process: between
processes travel the milliseconds that are left, as in gRPC's `grpc-timeout`. Clocks then need not
agree, and the time on the wire is the sender's loss.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass

from mooring.gateway.errors import BadPatience

# What a caller says: how many milliseconds it will wait.
PATIENCE_HEADER = "X-Request-Deadline-Ms"

# What a contract may promise for itself and a caller may ask for, unless the gateway's settings say
# otherwise; a server that stops finishes what is under way, and is not to take longer than a
# platform waits before it kills.
LONGEST_SECONDS = 30.0

# Nine digits are eleven days; more is a mistake, such as a moment instead of a length of time.
_MILLISECONDS = re.compile(r"[0-9]{1,9}", re.ASCII)


@dataclass(frozen=True)
class Deadline:
    """A moment on the monotonic clock."""

    at: float

    @classmethod
    def within(cls, seconds: float, now: float | None = None) -> Deadline:
        """The moment `seconds` from now."""
        return cls(_now(now) + seconds)

    def left(self, now: float | None = None) -> float:
        """Seconds until then, negative once it has passed."""
        return self.at - _now(now)

    def passed(self, now: float | None = None) -> bool:
        """Whether nobody waits any more."""
        return self.left(now) <= 0.0


def deadline_of(
    promised: float, longest: float, patience: float | None, now: float | None = None
) -> Deadline:
    """The earliest of what the contract promises, the gateway allows and the caller waits.

    All in seconds. `patience` is None where the caller did not say.
    """
    allowed = min(promised, longest)
    return Deadline.within(allowed if patience is None else min(allowed, patience), now)


def patience_of(text: str | None) -> float | None:
    """Seconds that a caller says it waits, from its header's value. Raises BadPatience."""
    if text is None:
        return None
    if not _MILLISECONDS.fullmatch(text):
        raise BadPatience(PATIENCE_HEADER)
    return int(text) / 1_000


def milliseconds(seconds: float) -> str:
    """A time to tell the next process; what is left of less than one millisecond is nothing."""
    return str(max(0, int(seconds * 1_000)))


def _now(now: float | None) -> float:
    return time.monotonic() if now is None else now
