"""Admission: who is worked on now, who waits a moment, who is turned away.

Each model has a lane of its own, so that one that is slow or loved starves no other; probes and
metrics have none and never queue. A queue that may grow turns overload into timeouts for everybody,
so it is short, and whoever has waited in it for as long as is worth waiting is told at once.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from mooring.gateway.errors import DeadlineExceeded, Overloaded, ShedReason, UpstreamTimeout
from mooring.gateway.hop.deadline import LONGEST_SECONDS, Deadline, deadline_of
from mooring.gateway.hop.limit import Fixed, Limit, Paced, PacePolicy
from mooring.gateway.hop.turnstile import Turnstile
from mooring.gateway.setting import choice, number, whole
from mooring.telemetry.binding import Instruments
from mooring.telemetry.resilience import EXPIRED, IN_FLIGHT, LIMIT, QUEUED, SHED_REQUESTS


@dataclass(frozen=True)
class AdmissionPolicy:
    """How much work a model may have, and for how long."""

    kind: str = choice(
        "adaptive", "MOORING_ADMISSION", ("adaptive", "fixed"), "measured: docs/gateway/resilience"
    )
    limit: int = whole(
        256, "MOORING_MODEL_REQUESTS", 1, 10_000, "in flight; each holds its body and its rows"
    )
    queue: int = whole(64, "MOORING_MODEL_QUEUE", 0, 10_000, "besides; a burst, not a backlog")
    queue_seconds: float = number(
        0.1, "MOORING_MODEL_QUEUE_SECONDS", 0, 10, "the latency objective: later is of no use"
    )
    deadline_seconds: float = number(
        LONGEST_SECONDS,
        "MOORING_DEADLINE_SECONDS",
        0.01,
        600,
        "whatever a contract promises or a caller asks",
    )

    def new_limit(self) -> Limit:
        """The limit of one lane."""
        if self.kind == "fixed":
            return Fixed(self.limit)
        return Paced(PacePolicy(highest=self.limit))


class Lane:
    """The work of one model; it belongs to one event loop."""

    def __init__(
        self,
        model: str,
        policy: AdmissionPolicy,
        instruments: Instruments,
        clock: Callable[[], float] = time.monotonic,
        limit: Limit | None = None,
        turnstile: Turnstile | None = None,
    ) -> None:
        self._model = model
        self._policy = policy
        self._limit = limit or policy.new_limit()
        self._instruments = instruments
        self._clock = clock
        self._turnstile = turnstile or Turnstile()
        self._in_flight = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._shown: dict[str, int] = {}

    @asynccontextmanager
    async def admitted(self, deadline: Deadline) -> AsyncIterator[None]:
        """Work inside. Raises Overloaded or DeadlineExceeded instead of beginning."""
        await self._enter(deadline)
        began, company = self._clock(), self._in_flight
        try:
            await self._turnstile.passed()
            yield
        except UpstreamTimeout:
            self._limit.measured(self._clock() - began, company)
            raise
        else:
            self._limit.measured(self._clock() - began, company)
            await self._turnstile.passed()
        finally:
            self._leave()

    async def _enter(self, deadline: Deadline) -> None:
        if deadline.passed(self._clock()):
            raise self._expired()
        if self._in_flight < self._limit.now:  # then nobody waits: whoever leaves lets them in
            self._in_flight += 1
            self._show()
        elif len(self._waiting) >= self._policy.queue:
            raise self._shed("queue_full")
        else:
            await self._wait(deadline)

    async def _wait(self, deadline: Deadline) -> None:
        """Wait for whoever leaves to pass its place on."""
        place = asyncio.get_running_loop().create_future()
        self._waiting.append(place)
        self._show()
        worth = min(self._policy.queue_seconds, deadline.left(self._clock()))
        try:
            async with asyncio.timeout(worth):
                await place
        except TimeoutError:
            if not _given(place):
                self._give_up(place)
                late = deadline.passed(self._clock())
                raise (self._expired() if late else self._shed("queue_timeout")) from None
        except asyncio.CancelledError:
            if _given(place):
                self._leave()
            else:
                self._give_up(place)
            raise

    def _give_up(self, place: asyncio.Future[None]) -> None:
        if place in self._waiting:  # whoever left may have come by already
            self._waiting.remove(place)
        self._show()

    def _leave(self) -> None:
        self._in_flight -= 1
        while self._waiting and self._in_flight < self._limit.now:
            place = self._waiting.popleft()
            if not place.done():
                place.set_result(None)
                self._in_flight += 1
        self._show()

    def _shed(self, reason: ShedReason) -> Overloaded:
        self._instruments.add(SHED_REQUESTS, model=self._model, reason=reason)
        return Overloaded(self._model, reason)

    def _expired(self) -> DeadlineExceeded:
        self._instruments.add(EXPIRED, model=self._model, where="queue")
        return DeadlineExceeded(self._model)

    def _show(self) -> None:
        # Twice in each request: what has not changed is not set again.
        for gauge, value in (
            (IN_FLIGHT, self._in_flight),
            (QUEUED, len(self._waiting)),
            (LIMIT, self._limit.now),
        ):
            if self._shown.get(gauge.name) != value:
                self._shown[gauge.name] = value
                self._instruments.set(gauge, value, model=self._model)


class Admission:
    """The lanes of all models; a model that is not routed has none."""

    def __init__(self, policy: AdmissionPolicy, instruments: Instruments) -> None:
        self._policy = policy
        self._instruments = instruments
        self._turnstile = Turnstile()  # of all, since they share one event loop
        self._lanes: dict[str, Lane] = {}

    def deadline(self, promised: float, patience: float | None) -> Deadline:
        """Until when a request is worked on that comes now; see `deadline_of`."""
        return deadline_of(promised, self._policy.deadline_seconds, patience)

    def lane(self, model: str) -> Lane:
        """The lane of a routed model."""
        lane = self._lanes.get(model)
        if lane is None:
            lane = Lane(model, self._policy, self._instruments, turnstile=self._turnstile)
            self._lanes[model] = lane
        return lane


def _given(place: asyncio.Future[None]) -> bool:
    """Whether the place was passed on, even if its taker has not noticed yet."""
    return place.done() and not place.cancelled()
