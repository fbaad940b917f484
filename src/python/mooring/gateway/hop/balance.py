"""Which replica of a target is asked."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mooring.contract.columns import Columns
from mooring.gateway.errors import UpstreamError, UpstreamNotReady
from mooring.gateway.hop.deadline import Deadline
from mooring.gateway.hop.replica import Replica
from mooring.gateway.hop.served import Served


class Balancer:
    """Spreads the calls of one target over its replicas that are ready."""

    def __init__(self, model: str, replicas: Sequence[Replica]) -> None:
        self._model = model
        self._replicas = replicas

    async def predict(
        self, served: Served, columns: Columns, deadline: Deadline
    ) -> NDArray[np.float64]:
        """Predict each row, in order, shape (n,). Raises UpstreamError."""
        replica = self._ready()
        try:
            return await replica.upstream.predict(served, columns, deadline)
        except UpstreamError:
            replica.doubted.set()
            raise

    def _ready(self) -> Replica:
        for replica in self._replicas:
            if replica.ready:
                return replica
        raise UpstreamNotReady(self._model, self._replicas[0].reason)
