"""One variant of a model, champion or challenger: its replicas, and the way of a call to them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mooring.contract.columns import Columns
from mooring.contract.routing import Role, Target
from mooring.gateway.errors import UpstreamNotReady
from mooring.gateway.hop.balance import Balancer
from mooring.gateway.hop.coalesce import Coalescer
from mooring.gateway.hop.deadline import Deadline
from mooring.gateway.hop.replica import Replica
from mooring.gateway.hop.served import Served
from mooring.telemetry.binding import Instruments


class Variant:
    """What one target serves. All its replicas serve the same bundle, hence the same contract."""

    def __init__(
        self,
        model: str,
        role: Role,
        target: Target,
        replicas: Sequence[Replica],
        instruments: Instruments,
    ) -> None:
        self.model = model
        self.role = role
        self.target = target
        self.replicas = tuple(replicas)
        balancer = Balancer(model, self.replicas, instruments)
        self._way = Coalescer(model, balancer.predict, instruments, len(self.replicas))
        self._under_way = 0
        self._idle = asyncio.Event()
        self._idle.set()

    @property
    def known(self) -> Served | None:
        """What was last learned of it, even if its service is away now."""
        learned = None
        for replica in self.replicas:
            if replica.known is not None and replica.ready:
                return replica.known
            learned = learned or replica.known
        return learned

    @property
    def reason(self) -> str:
        """Why it cannot be asked; empty while it can."""
        if any(replica.ready for replica in self.replicas):
            return ""
        return self.replicas[0].reason

    @property
    def ready(self) -> bool:
        """Whether it can be asked."""
        return not self.reason

    @property
    def able(self) -> bool:
        """Whether a call that it gets now would reach its service."""
        return any(each.ready and each.breaker.admits for each in self.replicas)

    @property
    def waiting(self) -> int:
        """Requests that are admitted but not sent yet."""
        return self._way.waiting

    def ask(self) -> Served:
        """What answers now. Raises UpstreamNotReady."""
        if self.known is None or self.reason:
            raise UpstreamNotReady(self.model, self.reason)
        return self.known

    async def predict(
        self, served: Served, columns: Columns, deadline: Deadline
    ) -> NDArray[np.float64]:
        """Predict each row, in order, shape (n,). Raises UpstreamError."""
        self._under_way += 1
        self._idle.clear()
        try:
            return await self._way.predict(served, columns, deadline)
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._idle.set()

    async def finished(self, seconds: float) -> None:
        """Wait until nothing is under way, but not for ever."""
        try:
            async with asyncio.timeout(seconds):
                await self._idle.wait()
        except TimeoutError:
            return
