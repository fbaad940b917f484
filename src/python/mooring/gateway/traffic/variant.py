"""One variant of a model, champion or challenger: its replicas, and the way of a call to them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from mooring.contract.columns import Columns
from mooring.gateway.errors import UpstreamNotReady
from mooring.gateway.hop.balance import Balancer
from mooring.gateway.hop.breaker import State
from mooring.gateway.hop.coalesce import Coalescer
from mooring.gateway.hop.deadline import Deadline
from mooring.gateway.hop.replica import Replica
from mooring.gateway.hop.served import Served
from mooring.gateway.hop.upstream import Upstream
from mooring.gateway.traffic.routing import Role, Target
from mooring.telemetry.binding import Instruments
from mooring.telemetry.resilience import BREAKER_STATE


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
        self._instruments = instruments
        balancer = Balancer(model, self.replicas, instruments)
        self._way = Coalescer(model, balancer.predict, instruments)

    @classmethod
    def of(cls, model: str, role: Role, target: Target, instruments: Instruments) -> Variant:
        """A variant with one replica for each address of the target."""
        replicas = [
            Replica(Upstream(model, target, url, instruments), show=_shown(labels, instruments))
            for url, labels in zip(target.urls, _labels(model, target), strict=True)
        ]
        return cls(model, role, target, replicas, instruments)

    @property
    def known(self) -> Served | None:
        """What was last learned of it, even if its service is away now."""
        learned = [each for each in self.replicas if each.known is not None]
        return next((each.known for each in sorted(learned, key=lambda r: not r.ready)), None)

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
        return await self._way.predict(served, columns, deadline)

    async def open(self) -> None:
        """Open the connections, inside the running event loop."""
        for replica in self.replicas:
            await replica.upstream.open()

    async def close(self) -> None:
        """Close all connections, and show nothing of them any more."""
        for replica in self.replicas:
            await replica.upstream.close()
        for labels in _labels(self.model, self.target):
            self._instruments.forget(BREAKER_STATE, **labels)


def _labels(model: str, target: Target) -> list[dict[str, str]]:
    """What each replica's breaker is called."""
    version = str(target.version)
    return [
        {"model": model, "version": version, "replica": str(place)}
        for place in range(len(target.urls))
    ]


def _shown(labels: dict[str, str], instruments: Instruments) -> Callable[[State], None]:
    return lambda state: instruments.set(BREAKER_STATE, float(state), **labels)
