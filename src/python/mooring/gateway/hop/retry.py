"""Whether a failed call may be made once more.

Retries help against one replica that has gone; against a service that is overloaded they are more
of what broke it. So there is at most one for each request, and all of them together draw on a
budget that requests pay into: upstream calls ≤ 1.1 × requests + 3, whatever fails.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from mooring.gateway.errors import (
    UpstreamBusy,
    UpstreamDisconnected,
    UpstreamError,
    UpstreamNotReady,
    UpstreamUnreachable,
)

# After none of these was anything executed, as far as anybody can tell. A connection that broke
# before the first byte of its answer is among them because a prediction changes nothing: the one
# that may have been made is lost, not made twice. A timeout is not: its work may still go on.
RETRYABLE: tuple[type[UpstreamError], ...] = (
    UpstreamUnreachable,
    UpstreamDisconnected,
    UpstreamNotReady,
    UpstreamBusy,
)


@dataclass(frozen=True)
class RetryPolicy:
    """How much may be repeated."""

    ratio: float = 0.1  # of requests
    floor: float = 3.0  # so that the first requests of a gateway are not without
    # What a quiet time can save up: all connections of two replicas that are killed at once.
    most: float = 16.0
    # Where there is no other replica to ask, the same one is given a moment; at random, or all
    # callers come back together.
    pause_seconds: float = 0.02


class RetryBudget:
    """A token bucket: each request pays a fraction of a token in, each retry takes one out."""

    def __init__(self, policy: RetryPolicy | None = None) -> None:
        self._policy = policy or RetryPolicy()
        self._tokens = self._policy.floor

    def requested(self) -> None:
        """A request was made for the first time."""
        self._tokens = min(self._tokens + self._policy.ratio, self._policy.most)

    def take(self) -> bool:
        """Pay for one retry; False when there is nothing left to pay with."""
        if self._tokens < 1.0:
            return False
        self._tokens -= 1.0
        return True


def retryable(error: UpstreamError) -> bool:
    """Whether nothing was executed, so that the call may be made once more."""
    return isinstance(error, RETRYABLE)


def pause(policy: RetryPolicy, draw: Callable[[], float] = random.random) -> float:
    """Seconds to wait before the same replica is asked again: half of `pause_seconds` to all."""
    return policy.pause_seconds * (0.5 + 0.5 * draw())
