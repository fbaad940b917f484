"""One replica of a model service: the way to it, and what is known of it at this moment.

It is asked while there is no `reason` why not and its breaker admits. A service that is about to
end says so before it does: its answers close their connection. So the first that does makes the
replica the last to be chosen, and has it asked at once whether it is still ready. One that is,
closes connections for reasons of its own, and that is not listened to again before it was away.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mooring.contract.columns import Columns
from mooring.gateway.errors import (
    UpstreamBusy,
    UpstreamChanged,
    UpstreamError,
    UpstreamRefused,
    UpstreamTimeout,
)
from mooring.gateway.hop.breaker import Breaker, State
from mooring.gateway.hop.deadline import Deadline
from mooring.gateway.hop.served import Served
from mooring.gateway.hop.upstream import Answered

# A timeout says something about the service only if it was given this part of what its contract
# promises; or a caller in a hurry could have it cut off from everybody.
_FAIR_SHARE = 0.5
_MOMENT = 0.005  # seconds: uvloop's timers are right to a millisecond


class Hop(Protocol):
    """The way to one service; `Upstream` is the real one."""

    async def open(self) -> None:
        """Open connections, inside the running event loop."""

    async def close(self) -> None:
        """Close them."""

    async def learn(self) -> Served:
        """Ask what is served. Raises UpstreamError."""

    async def predict(self, served: Served, columns: Columns, deadline: Deadline) -> Answered:
        """Ask for predictions. Raises UpstreamError or DeadlineExceeded."""


class Replica:
    """One address of a target, and the state of what answers there.

    `known` outlives a service that went away: limits and documentation still come from it.
    """

    def __init__(
        self,
        upstream: Hop,
        breaker: Breaker | None = None,
        show: Callable[[State], None] = lambda state: None,
    ) -> None:
        self.upstream = upstream
        self.breaker = breaker or Breaker()
        self.known: Served | None = None
        self.reason = "its service has not been reached yet"
        # Set by whoever has cause to believe that this is no longer true.
        self.doubted = asyncio.Event()
        self.in_flight = 0
        self.answers = 0
        self.leaving = False  # it said that it is about to end
        self._closes_always = False
        self._show = show

    @property
    def ready(self) -> bool:
        """Whether it can be asked."""
        return not self.reason

    def learned(self, served: Served) -> None:
        """The service is ready and serves what the routing names."""
        # The same again keeps the object, whose schema is built once.
        self.known = self.known if self.known == served else served
        if self.reason:
            self.breaker.reset()  # it was away: what answers now may be another process
        # Doubted again means that this was learned before the last thing it said.
        if self.leaving and not self.doubted.is_set():
            self.leaving, self._closes_always = False, True
        self.reason = ""
        self._show(self.breaker.state)

    def lost(self, reason: str) -> None:
        """The service cannot be asked."""
        self.reason = reason
        self.leaving = self._closes_always = False
        self._show(self.breaker.state)

    async def predict(
        self, served: Served, columns: Columns, deadline: Deadline
    ) -> NDArray[np.float64]:
        """Ask once, while the breaker admits. Raises UpstreamError or DeadlineExceeded."""
        permit = self.breaker.begin()
        self.in_flight += 1
        ok: bool | None = None
        given = deadline.left()
        try:
            answer = await self.upstream.predict(served, columns, deadline)
            ok = True
            self.answers += 1
        except UpstreamError as error:
            ok = _verdict(error, given / served.contract.limits.deadline_seconds)
            # To be busy, or too slow for a caller in a hurry, is not to be gone.
            if ok is False or not isinstance(error, UpstreamBusy | UpstreamTimeout):
                self.doubted.set()
            raise
        except asyncio.CancelledError:
            # Whoever waits may look at the clock a moment before the hop does.
            fair = given >= _FAIR_SHARE * served.contract.limits.deadline_seconds
            ok = False if fair and deadline.left() <= _MOMENT else None
            raise
        finally:
            self.in_flight -= 1
            self.breaker.end(permit, ok)
            self._show(self.breaker.state)
        if answer.last:
            self._said_goodbye()
        return answer.values

    def _said_goodbye(self) -> None:
        if not self.leaving and not self._closes_always:
            self.leaving = True
            self.doubted.set()


def _verdict(error: UpstreamError, share: float) -> bool | None:
    """Whether an error speaks against the replica: False if so, None if it says nothing.

    `share` is the part of the contract's time that it was given.
    """
    if isinstance(error, UpstreamChanged | UpstreamBusy):
        return None
    if isinstance(error, UpstreamRefused) and error.status < 500:
        return None
    if isinstance(error, UpstreamTimeout) and share < _FAIR_SHARE:
        return None
    return False
