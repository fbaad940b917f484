"""Parity where trees split: float32 may fall on another side, a graph may not split elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from mooring.bundle.onnx_runtime import OnnxRuntime
from mooring.bundle.skops_runtime import predict_with
from mooring.contract.columns import Columns
from mooring.contract.contract import Contract
from mooring.data.columns import columns_from, labels_from
from mooring.training.edges import MOST_ROWS, compare_at_edges, splits_of
from mooring.training.export import onnx_model
from mooring.training.fit import fit, frame_of
from mooring.training.parity import Edges
from mooring.training.plan import TrainingPlan

Splits32 = NDArray[np.float32]

TOLERANCE = "0.00001"

# Columns of the trees: carrier, hour, stops, temp.
HOUR, TEMP = 1, 3


@pytest.fixture(scope="module")
def columns(contract: Contract, rows: pl.DataFrame) -> Columns:
    return columns_from(contract, rows)


@pytest.fixture(scope="module")
def fitted(plan: TrainingPlan, columns: Columns, rows: pl.DataFrame) -> Pipeline:
    labelled = columns, labels_from(plan.contract, rows)
    return fit(plan, labelled, labelled)


@pytest.fixture
def graph(fitted: Pipeline, contract: Contract) -> Any:
    """A graph of the test's own, to bend."""
    return onnx_model(fitted, contract)


def edges(contract: Contract, columns: Columns, fitted: Pipeline, graph: Any) -> Edges:
    runtime = OnnxRuntime(contract, graph.SerializeToString())
    return compare_at_edges(
        contract,
        columns,
        np.asarray(fitted[:-1].transform(frame_of(columns))),
        splits_of(graph),
        trained=lambda moved: predict_with(fitted, contract, moved),
        served=runtime.predict,
        tolerance=TOLERANCE,
    )


def higher(splits: Splits32) -> Splits32:
    return np.nextafter(np.nextafter(splits, np.float32(np.inf)), np.float32(np.inf))


def bend(graph: Any, column: int, move: Callable[[Splits32], Splits32]) -> None:
    """Let the trees split elsewhere in one column."""
    (trees,) = (node for node in graph.graph.node if node.op_type == "TreeEnsembleClassifier")
    told = {attribute.name: attribute for attribute in trees.attribute}
    values = np.array(told["nodes_values"].floats, dtype=np.float32)
    # The value of a leaf is not looked at.
    here = np.array(told["nodes_featureids"].ints) == column
    del told["nodes_values"].floats[:]
    told["nodes_values"].floats.extend(np.where(here, move(values), values).tolist())


def test_splits_are_read_by_column(graph: Any, fitted: Pipeline) -> None:
    trained: dict[int, set[np.float32]] = {}
    for (tree,) in fitted[-1].estimator._predictors:
        for node in tree.nodes[tree.nodes["is_leaf"] == 0]:
            trained.setdefault(int(node["feature_idx"]), set()).add(
                np.float32(node["num_threshold"])
            )
    found = {column: set(values) for column, values in splits_of(graph).items()}
    assert found == trained
    assert {HOUR, TEMP} <= found.keys()


def test_the_exported_graph_differs_at_edges_and_is_explained(
    contract: Contract, columns: Columns, fitted: Pipeline, graph: Any
) -> None:
    """The temperatures have one decimal: their splits have no exact float32."""
    found = edges(contract, columns, fitted, graph)
    assert found.largest_difference > float(TOLERANCE)
    assert found.unexplained == 0
    # A split of the carrier, and one of missing from present, which lies at infinity.
    assert found.splits == found.known - 2
    assert MOST_ROWS - 3 * found.splits < found.rows <= MOST_ROWS


@pytest.mark.parametrize(
    ("column", "move"),
    [
        pytest.param(TEMP, higher, id="two float32 numbers higher"),
        pytest.param(TEMP, lambda splits: -higher(-splits), id="two float32 numbers lower"),
        pytest.param(HOUR, lambda splits: splits + 1, id="a whole number higher"),
    ],
)
def test_a_graph_is_not_explained_that_splits(
    contract: Contract,
    columns: Columns,
    fitted: Pipeline,
    graph: Any,
    column: int,
    move: Callable[[Splits32], Splits32],
) -> None:
    bend(graph, column, move)
    assert edges(contract, columns, fitted, graph).unexplained > 0


def test_a_split_that_no_client_can_reach_is_left_out(
    contract: Contract, columns: Columns, fitted: Pipeline, graph: Any
) -> None:
    """The contract takes temperatures up to 140."""
    before = edges(contract, columns, fitted, graph)
    bend(graph, TEMP, lambda splits: splits + 1_000)
    after = edges(contract, columns, fitted, graph)
    assert after.known == before.known
    assert after.splits == before.splits - len(splits_of(graph)[TEMP])


def test_splits_of_a_column_that_is_no_feature_are_known_and_not_replayed(
    contract: Contract, columns: Columns, fitted: Pipeline, graph: Any
) -> None:
    prepared = np.asarray(fitted[:-1].transform(frame_of(columns))) * 2.0
    nothing = compare_at_edges(
        contract, columns, prepared, splits_of(graph), len, len, TOLERANCE  # type: ignore[arg-type]
    )
    assert nothing == Edges(known=sum(map(len, splits_of(graph).values())))
