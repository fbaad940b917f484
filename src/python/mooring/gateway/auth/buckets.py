"""Token buckets, one for each key or address: who takes faster than the rate has to wait.

The generic cell rate algorithm (ITU-T I.371): a bucket is one number, the moment at which it would
be full again. So there is nothing to refill, and a bucket that is full again can be forgotten.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

# Twice what one machine can have open at once; 2.5 MB.
MOST_BUCKETS = 20_000


class Buckets:
    """Buckets of `burst` tokens that fill at `rate` a second; both may differ at each taking.

    Beyond `most` of them the one that was used longest ago is forgotten, and so is its debt.
    """

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, most: int = MOST_BUCKETS
    ) -> None:
        self._clock = clock
        self._most = most
        self._full_at: OrderedDict[str, float] = OrderedDict()

    def __len__(self) -> int:
        return len(self._full_at)

    def take(self, name: str, rate: float, burst: float) -> float:
        """Take one token. Returns 0, or the seconds after which there will be one."""
        wait = self.wait(name, rate, burst)
        if not wait:
            self._full_at[name] = max(self._full_at.get(name, 0.0), self._clock()) + 1.0 / rate
            self._full_at.move_to_end(name)
            if len(self._full_at) > self._most:
                self._full_at.popitem(last=False)
        return wait

    def wait(self, name: str, rate: float, burst: float) -> float:
        """Seconds until there is a token, 0 when there is one; takes none."""
        missing = self._full_at.get(name, 0.0) - self._clock()
        wait = missing - (burst - 1.0) / rate
        # Below a nanosecond it is rounding.
        return wait if wait > 1e-9 else 0.0
