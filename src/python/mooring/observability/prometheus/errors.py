"""Why Prometheus gave no answer.

PrometheusError
├── NotLocal      its address is not this machine's own
├── Unanswered    nobody answers there, or not in time
└── Refused       it answered that it will not: a query that it cannot read or compute
"""

from __future__ import annotations

from mooring.contract.errors import MooringError


class PrometheusError(MooringError):
    """Root of the errors of asking Prometheus."""


class NotLocal(PrometheusError):
    """Another machine is never asked: the figures of a model are not for the network."""


class Unanswered(PrometheusError):
    """Nobody answers at the address."""


class Refused(PrometheusError):
    """An answer other than 200, with what Prometheus says of it."""

    def __init__(self, problem: str, *, place: str, status: int) -> None:
        super().__init__(problem, place=place, cure="Mend the query.")
        self.status = status
