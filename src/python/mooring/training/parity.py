"""The parity gate: is the graph that will be served the model that was trained?"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mooring.bundle.manifest import Runtime
from mooring.contract.contract import Contract

# A probability of at least this is the decision "yes" wherever decisions are compared.
DECISION = 0.5


@dataclass(frozen=True)
class Edges:
    """What happens where the trees split: rows with one feature at a split or beside it.

    `rows` of them were replayed, at `splits` of the `known` splits. Answers may differ there, by
    `largest_difference` and in `changed_decisions`: what float32 cannot tell apart may fall on
    another side than in float64. `unexplained` counts the answers that are not the trained model's
    at any number that float32 cannot tell from the one sent.
    """

    splits: int = 0
    known: int = 0
    rows: int = 0
    largest_difference: float = 0.0
    changed_decisions: int = 0
    unexplained: int = 0


@dataclass(frozen=True)
class Parity:
    """Agreement of ONNX with scikit-learn on the holdout; `runtime` is what follows from it.

    `unusable` says why there is no graph to compare, and is empty where there is one.
    """

    rows: int
    largest_difference: float
    changed_decisions: int
    tolerance: str
    edges: Edges = Edges()
    unusable: str = ""

    @property
    def runtime(self) -> Runtime:
        """ONNX where it agrees within the tolerance and changes no decision, else skops."""
        return "skops" if self.reason else "onnx"

    @property
    def reason(self) -> str:
        """Why ONNX does not serve; empty where it does."""
        if self.unusable:
            return self.unusable
        # A NaN compares false: it never counts as agreement.
        if not self.largest_difference <= float(self.tolerance):
            told = f"{self.largest_difference:.2g}, tolerated is {self.tolerance}"
            return f"ONNX differs from scikit-learn by {told}"
        if self.changed_decisions:
            return f"ONNX changes {self.changed_decisions} of {self.rows} decisions"
        if self.edges.unexplained:
            return f"ONNX splits elsewhere: {self.edges.unexplained} of {self.edges.rows} rows"
        return ""

    @property
    def sentence(self) -> str:
        """The same for a model card."""
        if self.unusable:
            return f"Served by skops: {self.unusable}"
        found = (
            f"largest difference from scikit-learn {self.largest_difference:.2g} on {self.rows} "
            f"rows, {self.changed_decisions} changed decisions"
        )
        return f"Served by {self.runtime}: {found}{self.reason and f' ({self.reason})'}"

    @property
    def document(self) -> dict[str, Any]:
        """The same for `metrics.json`; null where there is no number."""
        difference, edges = self.largest_difference, vars(self.edges)
        return {
            "rows": self.rows,
            "largest_difference": difference if math.isfinite(difference) else None,
            "changed_decisions": self.changed_decisions,
            "tolerance": self.tolerance,
            "runtime": self.runtime,
            "reason": self.reason,
            "edges": {n: v if math.isfinite(v) else None for n, v in edges.items()},
        }


def compare(
    contract: Contract,
    expected: NDArray[np.float64],
    served: NDArray[np.float64],
    tolerance: str,
    edges: Edges = Edges(),
) -> Parity:
    """Compare predictions of shape (n,) from scikit-learn with those of the served runtime."""
    changed = changed_decisions(contract, expected, served)
    return Parity(len(expected), float(np.abs(expected - served).max()), changed, tolerance, edges)


def no_graph(rows: int, tolerance: str, why: str) -> Parity:
    """What is known of parity when there is no graph to compare."""
    return Parity(rows, math.nan, 0, tolerance, unusable=why)


def changed_decisions(
    contract: Contract, expected: NDArray[np.float64], served: NDArray[np.float64]
) -> int:
    """How many answers lie on the other side of the decision; a quantity has none."""
    if contract.prediction.kind == "number":
        return 0
    return int(((expected >= DECISION) != (served >= DECISION)).sum())
