"""The time by which brakes are held: it never goes backwards, not even over a restart."""

from __future__ import annotations

import time
from collections.abc import Callable


class Clock:
    """Wall time, and where that falls behind what was seen before, the time since then.

    A wall clock that is set back must not open a brake: an hour that has passed has passed, and
    one that has not has not. One that is set forward cannot be told from time that passed.
    """

    def __init__(
        self,
        wall: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wall, self._monotonic = wall, monotonic
        self._mark, self._at = float("-inf"), monotonic()

    def now(self, seen: float) -> float:
        """Seconds since 1970, at least `seen`, the latest time that the journal knows."""
        at = self._monotonic()
        passed = self._mark + max(0.0, at - self._at)
        self._mark, self._at = max(self._wall(), passed, seen), at
        return self._mark
