"""Natural batching: what arrives while a model service is busy becomes its next call.

idle    a request is sent at once, in the same turn of the event loop and by its own caller
busy    it waits for its turn, and then leaves together with all that wait: no window, no guess

A request never notices its company. It has its own deadline, it may leave at any time, and what is
wrong with its rows is told to it alone. Where a service refuses a call of several requests, each is
asked again by itself, once. No call is larger than what may be asked again (`Allowance`), so that
requests which the model cannot bear make calls smaller instead of spoiling their neighbours.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable

import numpy as np
from numpy.typing import NDArray

from mooring.contract.columns import Columns, rows_in
from mooring.gateway.errors import (
    UpstreamDisconnected,
    UpstreamError,
    UpstreamInvalid,
    UpstreamRefused,
)
from mooring.gateway.hop.allowance import Allowance
from mooring.gateway.hop.batch import Batch, Told, Waiting
from mooring.gateway.hop.deadline import Deadline
from mooring.gateway.hop.served import Served
from mooring.gateway.hop.sound import fault_in
from mooring.gateway.hop.turns import LONG_SECONDS, Turn, Turns
from mooring.telemetry.binding import Instruments
from mooring.telemetry.coalesce import ASKED_AGAIN, CALL_REQUESTS, CALL_ROWS
from mooring.telemetry.resilience import EXPIRED
from mooring.telemetry.upstream import UPSTREAM_REQUESTS

Values = NDArray[np.float64]
Send = Callable[[Served, Columns, Deadline], Awaitable[Values]]

# Calls under way at once for each replica, but for those that take long. More of them make calls
# smaller, and what is joined most costs least.
SLOTS = 1
# By then the fixed cost of a call is spread thin, and all of them may have to be asked again.
MOST_REQUESTS = 64


class Coalescer:
    """Joins requests of one variant of a model into calls of `send`, which keeps deadlines itself.

    It belongs to one event loop. Nobody waits while a slot is free; see `turns`.
    """

    def __init__(
        self,
        model: str,
        send: Send,
        instruments: Instruments,
        replicas: int = 1,
        long_seconds: float = LONG_SECONDS,
    ) -> None:
        self._model = model
        self._send = send
        self._instruments = instruments
        slots = SLOTS * replicas
        self._turns = Turns(slots, long_seconds, self._go_on)
        # By arrival; a dict would search the gaps at its front again and again.
        self._waiting: OrderedDict[Waiting, None] = OrderedDict()
        self._allowance = Allowance(slots * MOST_REQUESTS)
        # The event loop alone would let go of them.
        self._calls: set[asyncio.Task[None]] = set()

    @property
    def waiting(self) -> int:
        """Requests that wait for a slot."""
        return len(self._waiting)

    async def predict(self, served: Served, columns: Columns, deadline: Deadline) -> Values:
        """Predict each row, in order, shape (n,). Raises UpstreamError or DeadlineExceeded."""
        self._allowance.earn()
        if self._turns.free:
            return await self._at_once(served, columns, deadline)
        values = await self._in_turn(served, columns, deadline)
        return await self._alone(served, columns, deadline) if values is None else values

    async def _at_once(self, served: Served, columns: Columns, deadline: Deadline) -> Values:
        turn = self._turns.begin()
        try:
            return await self._alone(served, columns, deadline)
        finally:
            turn.end()

    async def _alone(self, served: Served, columns: Columns, deadline: Deadline) -> Values:
        values = await self._call(served, columns, deadline, 1)
        if fault := fault_in(values, served.contract.prediction):
            raise self._invalid(fault)
        return values

    async def _in_turn(self, served: Served, columns: Columns, deadline: Deadline) -> Told:
        loop = asyncio.get_running_loop()
        request = Waiting(served, columns, deadline, loop.create_future())
        timer = loop.call_at(deadline.at, self._expire, request)
        self._waiting[request] = None
        try:
            return await request.told
        finally:
            timer.cancel()
            self._waiting.pop(request, None)
            request.leave()

    def _go_on(self) -> None:
        """Another call may begin, if there is somebody to ask for."""
        if not self._waiting or not self._turns.free:
            return
        context = next(iter(self._waiting)).context
        travel = self._travel(self._turns.begin())
        call = asyncio.get_running_loop().create_task(travel, context=context)
        self._calls.add(call)
        call.add_done_callback(self._calls.discard)

    async def _travel(self, turn: Turn) -> None:
        """Use a turn for those who wait by now."""
        try:
            call = asyncio.current_task()
            if call is not None and (requests := self._take()):
                await self._ask(Batch.begin(requests, call))
        finally:
            turn.end()

    def _take(self) -> list[Waiting]:
        """Who leaves together, in order of arrival: the first, and those behind that may join."""
        now = asyncio.get_running_loop().time()
        places = max(1, min(self._allowance.left, MOST_REQUESTS))
        taken: list[Waiting] = []
        rows = 0
        while self._waiting and len(taken) < places:
            request = next(iter(self._waiting))
            if taken and not _may_join(request, taken[0].served, rows):
                break
            del self._waiting[request]
            if request.deadline.passed(now):
                self._expire(request)
            if not request.told.done():
                taken.append(request)
                rows += request.rows
        return taken

    def _expire(self, request: Waiting) -> None:
        if request.batch is None and not request.told.done():
            self._instruments.add(EXPIRED, model=self._model, where="hop")
        request.expire()

    async def _ask(self, batch: Batch) -> None:
        """Ask for all at once; whatever comes of it, each is told."""
        try:
            values = await self._insured(batch)
        except (UpstreamRefused, UpstreamInvalid) as error:
            self._refused(batch, error)
        except asyncio.CancelledError:
            batch.fail(UpstreamDisconnected(self._model, "the call was given up"))
            raise
        except Exception as error:
            batch.fail(error)
        else:
            self._deliver(batch, values)

    async def _insured(self, batch: Batch) -> Values:
        """Call, and meanwhile keep back what it takes to ask each again."""
        size = len(batch.requests)
        self._allowance.reserve(size)
        try:
            return await self._call(batch.served, batch.columns, batch.deadline, size)
        finally:
            self._allowance.release(size)

    def _refused(self, batch: Batch, error: UpstreamError) -> None:
        """One request may be the cause: let each find out whether it is."""
        size = len(batch.requests)
        if size == 1:
            batch.fail(error)
            return
        self._allowance.spend(size)
        self._instruments.add(ASKED_AGAIN, size, model=self._model)
        batch.part()

    def _deliver(self, batch: Batch, values: Values) -> None:
        prediction = batch.served.contract.prediction
        sound = not fault_in(values, prediction)
        for request, own in batch.split(values):
            fault = "" if sound else fault_in(own, prediction)
            if fault:
                request.fail(self._invalid(fault))
            else:
                request.tell(own)

    async def _call(
        self, served: Served, columns: Columns, deadline: Deadline, requests: int
    ) -> Values:
        self._instruments.observe(CALL_REQUESTS, requests, model=self._model)
        self._instruments.observe(CALL_ROWS, rows_in(columns), model=self._model)
        return await self._send(served, columns, deadline)

    def _invalid(self, fault: str) -> UpstreamInvalid:
        self._instruments.add(UPSTREAM_REQUESTS, model=self._model, outcome=UpstreamInvalid.reason)
        return UpstreamInvalid(self._model, fault)


def _may_join(request: Waiting, served: Served, rows: int) -> bool:
    """Whether it asks the same bundle by the same contract, and its rows still fit."""
    return request.served.same_as(served) and rows + request.rows <= served.rows_together
