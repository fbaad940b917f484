"""`Served`: one version of one model as its service was found to serve it."""

from __future__ import annotations

from dataclasses import dataclass

from mooring.contract.contract import Contract
from mooring.gateway.schema import PredictSchema
from mooring.gateway.traffic.routing import Target


@dataclass(frozen=True)
class Served:
    """What a request is parsed with, where it goes, and what its answer says of itself."""

    target: Target
    schema: PredictSchema
    digest: str  # of the contract; kept, because computing it costs more than a prediction

    @classmethod
    def of(cls, target: Target, contract: Contract) -> Served:
        """The contract that was learned from the target."""
        return cls(target, PredictSchema(contract), contract.digest)

    @property
    def contract(self) -> Contract:
        """The promise that holds for this version."""
        return self.schema.contract
