"""Parity where trees split: scikit-learn compares in float64, a graph in float32.

skl2onnx rounds a split to the nearest float32, and a number just above a split may round to it:
the trees then send it left, scikit-learn right. No graph of float32 can do better, so the question
is another one: is what the graph answers the trained model's answer at a number that float32
cannot tell from the one that was sent? A graph that splits elsewhere cannot pass that off.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mooring.contract.columns import Column, Columns, rows_in
from mooring.contract.contract import Contract
from mooring.contract.feature import Feature
from mooring.training.parity import Edges, changed_decisions

Predict = Callable[[Columns], NDArray[np.float64]]
Splits = dict[int, NDArray[np.float32]]

# Replayed by both runtimes in a second; `flight_delay` has some 500 splits of its numbers.
MOST_ROWS = 20_000

# A prime far from any period of the rows, so that each split meets rows of all times.
_STRIDE = 7_919


def splits_of(graph: Any) -> Splits:
    """The distinct split values of a graph's tree ensembles, by the column that they look at."""
    found: dict[int, set[np.float32]] = {}
    for node in graph.graph.node:
        if not node.op_type.startswith("TreeEnsemble"):
            continue
        told = {attribute.name: attribute for attribute in node.attribute}
        columns, modes = told["nodes_featureids"].ints, told["nodes_modes"].strings
        values = np.array(told["nodes_values"].floats, dtype=np.float32)
        for column, mode, value in zip(columns, modes, values, strict=True):
            if mode != b"LEAF":
                found.setdefault(column, set()).add(value)
    return {column: np.sort(np.array(list(values))) for column, values in found.items()}


def compare_at_edges(
    contract: Contract,
    columns: Columns,
    prepared: Column,
    splits: Splits,
    trained: Predict,
    served: Predict,
    tolerance: str,
) -> Edges:
    """Replay rows of `columns` with one feature moved to each split that can be traced to it.

    `prepared`, shape (n, k), is what the last step of the pipeline sees of `columns`: a split's
    column is a feature where the two are equal.
    """
    known = sum(map(len, splits.values()))
    triples = list(_triples(contract, columns, prepared, splits))
    if not triples:
        return Edges(known=known)
    rows = np.arange(len(triples) * max(1, MOST_ROWS // (3 * len(triples))))
    feature, values = zip(*(triples[row % len(triples)] for row in rows), strict=True)
    base = {n: c[rows * _STRIDE % rows_in(columns)] for n, c in columns.items()}
    sent = [_moved(base, feature, np.array(values)[:, place]) for place in range(3)]
    wanted = np.stack([trained(moved) for moved in sent])
    answers = np.stack([served(moved) for moved in sent])
    near = _indistinct(contract, feature, wanted, answers) <= float(tolerance)
    return Edges(
        splits=len(triples),
        known=known,
        rows=answers.size,
        largest_difference=float(np.abs(wanted - answers).max()),
        changed_decisions=changed_decisions(contract, wanted.ravel(), answers.ravel()),
        unexplained=int((~near).sum()),
    )


def _triples(
    contract: Contract, columns: Columns, prepared: Column, splits: Splits
) -> Iterator[tuple[str, tuple[float, float, float]]]:
    """For each split that a client can reach: the feature, and values below, at and above it."""
    for column, values in sorted(splits.items()):
        if column >= prepared.shape[1]:
            continue
        feature = _feature_at(contract, columns, prepared[:, column])
        if feature is None:
            continue
        for value in values[np.isfinite(values)]:
            triple = _around(feature, value)
            if all(map(_accepts(feature), triple)):
                yield feature.name, triple


def _feature_at(contract: Contract, columns: Columns, seen: Column) -> Feature | None:
    """The numeric feature that reaches the trees unchanged as the column `seen`, if one does."""
    for feature in contract.features:
        if feature.numeric and np.array_equal(columns[feature.name], seen, equal_nan=True):
            return feature
    return None


def _around(feature: Feature, split: np.float32) -> tuple[float, float, float]:
    if feature.kind != "float":  # whole numbers only, and float32 holds these exactly
        return float(np.floor(split)), float(np.floor(split)), float(np.floor(split) + 1)
    below, above = np.nextafter(split, np.array([-np.inf, np.inf], dtype=np.float32))
    return float(below), float(split), float(above)


def _accepts(feature: Feature) -> Callable[[float], bool]:
    """Whether the contract lets a client send a number: as its kind writes it."""
    kind = {"float": float, "integer": int, "boolean": bool}[feature.kind]
    return lambda number: feature.accepts(kind(number))


def _moved(base: Columns, feature: tuple[str, ...], values: NDArray[np.float64]) -> Columns:
    """Each row with its own feature set to its own value."""
    names = np.array(feature)
    return {
        name: np.where(names == name, values, column) if name in feature else column
        for name, column in base.items()
    }


def _indistinct(
    contract: Contract,
    feature: tuple[str, ...],
    wanted: NDArray[np.float64],
    answers: NDArray[np.float64],
) -> NDArray[np.float64]:
    """How far each answer, shape (3, n), is from the nearest one that was wanted; a whole number
    is told from its neighbours, so there only its own counts.
    """
    own = np.abs(answers - wanted)
    nearest = np.abs(answers[:, None] - wanted[None, :]).min(axis=1)
    floats = [f.name for f in contract.features if f.kind == "float"]
    return np.where(np.isin(np.array(feature), floats), nearest, own)
