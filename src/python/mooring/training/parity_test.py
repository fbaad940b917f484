"""The parity gate: what counts as the same model."""

from __future__ import annotations

import math

import numpy as np
import pytest

from mooring.contract.contract import Contract, Prediction
from mooring.training.parity import Edges, Parity, compare, no_graph

TOLERANCE = "0.001"


@pytest.mark.parametrize(
    ("expected", "served", "runtime", "changed"),
    [
        pytest.param([0.2, 0.9], [0.2, 0.9], "onnx", 0, id="the same answers"),
        pytest.param([0.25, 0.9], [0.2505, 0.9], "onnx", 0, id="within the tolerance"),
        pytest.param([0.2, 0.9], [0.202, 0.9], "skops", 0, id="beyond the tolerance"),
        pytest.param([0.2, 0.4999], [0.2, 0.5], "skops", 1, id="a changed decision, however close"),
        pytest.param([0.2, 0.9], [math.nan, 0.9], "skops", 0, id="a NaN from the graph"),
        pytest.param([math.nan, 0.9], [math.nan, 0.9], "skops", 0, id="NaN on both sides"),
        pytest.param([0.2, 0.9], [math.inf, 0.9], "skops", 1, id="an infinite answer"),
    ],
)
def test_the_runtime_after(
    contract: Contract, expected: list[float], served: list[float], runtime: str, changed: int
) -> None:
    found = compare(contract, np.array(expected), np.array(served), TOLERANCE)
    assert (found.runtime, found.changed_decisions, found.rows) == (runtime, changed, 2)


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        pytest.param(Parity(9, 1e-7, 0, TOLERANCE), "", id="nothing, where ONNX serves"),
        pytest.param(
            Parity(9, 0.25, 0, TOLERANCE),
            "ONNX differs from scikit-learn by 0.25, tolerated is 0.001",
            id="a difference",
        ),
        pytest.param(
            Parity(9, 1e-7, 2, TOLERANCE), "ONNX changes 2 of 9 decisions", id="a decision"
        ),
        pytest.param(
            Parity(9, 1e-7, 0, TOLERANCE, Edges(3, 3, 30, 0.5, 1, unexplained=7)),
            "ONNX splits elsewhere: 7 of 30 rows",
            id="splits that float32 does not explain",
        ),
        pytest.param(
            Parity(9, 1e-7, 0, TOLERANCE, Edges(3, 3, 30, 0.5, 1)),
            "",
            id="nothing, where float32 explains them",
        ),
        pytest.param(no_graph(9, TOLERANCE, "no converter"), "no converter", id="no graph"),
    ],
)
def test_skops_serves_because_of(found: Parity, reason: str) -> None:
    assert found.reason == found.document["reason"] == reason
    assert found.runtime == ("skops" if reason else "onnx")
    assert found.sentence.startswith(f"Served by {found.runtime}: ")
    assert reason in found.sentence


def test_the_largest_difference_is_told(contract: Contract) -> None:
    found = compare(contract, np.array([0.1, 0.2, 0.3]), np.array([0.1, 0.4, 0.2]), TOLERANCE)
    assert found.largest_difference == pytest.approx(0.2)


def test_a_quantity_has_no_decision_to_change(contract: Contract) -> None:
    quantity = Prediction(name="minutes", kind="number", label="is_late")
    number = contract.model_copy(update={"prediction": quantity})
    found = compare(number, np.array([0.4999]), np.array([0.5]), TOLERANCE)
    assert (found.changed_decisions, found.runtime) == (0, "onnx")
