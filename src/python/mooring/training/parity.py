"""The parity gate: is the graph that will be served the model that was trained?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mooring.bundle.manifest import Runtime
from mooring.contract.contract import Contract

# A probability of at least this is the decision "yes" wherever decisions are compared.
DECISION = 0.5


@dataclass(frozen=True)
class Parity:
    """Agreement of ONNX with scikit-learn on the holdout; `runtime` is what follows from it."""

    rows: int
    largest_difference: float
    changed_decisions: int
    tolerance: str

    @property
    def runtime(self) -> Runtime:
        """ONNX where it agrees within the tolerance and changes no decision, else skops."""
        # A NaN compares false: it never counts as agreement.
        agrees = self.largest_difference <= float(self.tolerance) and self.changed_decisions == 0
        return "onnx" if agrees else "skops"


def compare(
    contract: Contract,
    expected: NDArray[np.float64],
    served: NDArray[np.float64],
    tolerance: str,
) -> Parity:
    """Compare predictions of shape (n,) from scikit-learn with those of the served runtime."""
    changed = 0
    if contract.prediction.kind == "probability":
        changed = int(((expected >= DECISION) != (served >= DECISION)).sum())
    return Parity(len(expected), float(np.abs(expected - served).max()), changed, tolerance)
