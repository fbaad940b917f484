"""Which replica of a target is asked, and whether another is when that one fails.

A replica takes part while it is ready and its breaker admits. The one with the least in flight is
asked, of equals the one that was not asked for longest, and one that is about to end only if there
is no other. Where none takes part the answer is no, at once.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from itertools import count

import numpy as np
from numpy.typing import NDArray

from mooring.contract.columns import Columns
from mooring.gateway.errors import (
    CircuitOpen,
    DeadlineExceeded,
    UpstreamError,
    UpstreamNotReady,
)
from mooring.gateway.hop.deadline import Deadline
from mooring.gateway.hop.replica import Replica
from mooring.gateway.hop.retry import RetryBudget, RetryPolicy, pause, retryable
from mooring.gateway.hop.served import Served
from mooring.telemetry.binding import Instruments
from mooring.telemetry.resilience import EXPIRED, RETRIES


class Balancer:
    """Spreads the calls of one target over its replicas."""

    def __init__(
        self,
        model: str,
        replicas: Sequence[Replica],
        instruments: Instruments,
        retries: RetryPolicy | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._model = model
        self._replicas = replicas
        self._instruments = instruments
        self._retries = retries or RetryPolicy()
        self._budget = RetryBudget(self._retries)
        self._clock = clock
        self._turns = count()
        self._asked = dict.fromkeys(replicas, -1)

    async def predict(
        self, served: Served, columns: Columns, deadline: Deadline
    ) -> NDArray[np.float64]:
        """Predict each row, in order, shape (n,). Raises UpstreamError or DeadlineExceeded."""
        self._budget.requested()
        first = self._choose()
        try:
            return await self._ask(first, served, columns, deadline)
        except UpstreamError as error:
            second = await self._second(first, error)
            if second is None:
                raise
        return await self._ask_again(second, served, columns, deadline)

    async def _ask(
        self, replica: Replica, served: Served, columns: Columns, deadline: Deadline
    ) -> NDArray[np.float64]:
        if deadline.passed(self._clock()):
            self._instruments.add(EXPIRED, model=self._model, where="hop")
            raise DeadlineExceeded(self._model)
        self._asked[replica] = next(self._turns)
        return await replica.predict(served, columns, deadline)

    async def _ask_again(
        self, replica: Replica, served: Served, columns: Columns, deadline: Deadline
    ) -> NDArray[np.float64]:
        try:
            values = await self._ask(replica, served, columns, deadline)
        except (UpstreamError, DeadlineExceeded):
            self._count("failed")
            raise
        self._count("ok")
        return values

    def _choose(self, but: Replica | None = None) -> Replica:
        """Raises UpstreamNotReady or CircuitOpen when there is none to ask."""
        able = [each for each in self._replicas if each.ready and each.breaker.admits]
        others = [each for each in able if each is not but]
        if not able:
            raise self._none()
        return min(others or able, key=self._rank)

    def _rank(self, replica: Replica) -> tuple[bool, int, int]:
        return (replica.leaving, replica.in_flight, self._asked[replica])

    async def _second(self, first: Replica, error: UpstreamError) -> Replica | None:
        """Who is asked after `first` failed, if anybody is."""
        if not retryable(error):
            return None
        try:
            second = self._choose(but=first)
            if second is first:
                await asyncio.sleep(pause(self._retries))
                second = self._choose()
        except UpstreamError:
            self._count("no_replica")
            return None
        if not self._budget.take():
            self._count("no_budget")
            return None
        return second

    def _none(self) -> UpstreamError:
        waits = [each.breaker.seconds_to_probe for each in self._replicas if each.ready]
        if waits:
            return CircuitOpen(self._model, min(waits))
        return UpstreamNotReady(self._model, self._replicas[0].reason)

    def _count(self, outcome: str) -> None:
        self._instruments.add(RETRIES, model=self._model, outcome=outcome)
