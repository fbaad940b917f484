"""How many labels one caller may send in a minute."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

_MINUTE = 60.0
# Callers who are counted by themselves; the rest of a minute's share one count.
_CALLERS = 10_000


class Caps:
    """Counts of the running minute, which are all forgotten with it."""

    def __init__(self, most: int, clock: Callable[[], float]) -> None:
        self.most = most
        self._clock = clock
        self._counts: Counter[str] = Counter()
        self._until = 0.0

    def allow(self, caller: str, labels: int) -> bool:
        """Whether so many more are within the caller's share; then they are counted."""
        now = self._clock()
        if now >= self._until:
            self._counts.clear()
            self._until = now + _MINUTE
        who = caller if caller in self._counts or len(self._counts) < _CALLERS else "\0others"
        if self._counts[who] + labels > self.most:
            return False
        self._counts[who] += labels
        return True
