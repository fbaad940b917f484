"""A moment on the monotonic clock after which nobody waits for the answer any more."""

from __future__ import annotations

import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Deadline:
    """The moment `at`, in seconds of `time.monotonic`."""

    at: float

    @classmethod
    def within(cls, seconds: float) -> Deadline:
        """The moment that many seconds from now."""
        return cls(time.monotonic() + seconds)

    def left(self, now: float | None = None) -> float:
        """Seconds that are left; negative once it has passed."""
        return self.at - (time.monotonic() if now is None else now)
