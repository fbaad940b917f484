"""`Served`: one version of one model as its service was found to serve it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from mooring.contract import wire
from mooring.contract.contract import Contract
from mooring.contract.routing import Target
from mooring.gateway.schema import PredictSchema

# Rows that travel together fit into this even if they are of the widest kind.
_BYTES_TOGETHER = 1_048_576


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

    @cached_property
    def rows_together(self) -> int:
        """Rows of several requests that may travel in one call; kept, as a contract may be long."""
        fitting = _BYTES_TOGETHER // wire.widest_row(self.contract)
        return max(1, min(self.contract.limits.rows, fitting))

    def same_as(self, other: Served) -> bool:
        """Whether rows for one are rows for the other: the same bundle, the same contract."""
        target = self.target
        return self is other or (
            self.digest == other.digest
            and target.bundle == other.target.bundle
            and target.version == other.target.version
        )
