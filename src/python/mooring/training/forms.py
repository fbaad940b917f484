"""The two forms of a fitted pipeline that a bundle may hold, and which of them can be had."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import issparse
from sklearn.pipeline import Pipeline

from mooring.bundle import manifest as names
from mooring.bundle.errors import ModelUnloadable
from mooring.bundle.manifest import Runtime
from mooring.bundle.onnx_runtime import OnnxRuntime
from mooring.bundle.skops_runtime import predict_with
from mooring.contract.canonical import canonical_json
from mooring.contract.columns import Columns, rows_in
from mooring.contract.contract import Contract
from mooring.training.edges import compare_at_edges, splits_of
from mooring.training.errors import ExportError
from mooring.training.export import onnx_model, skops_model
from mooring.training.fit import frame_of
from mooring.training.parity import Edges, Parity, compare, no_graph


@dataclass(frozen=True)
class Forms:
    """One model twice: `graph` is its ONNX form, None where there is none that runs; `pipeline` is
    None for a graph that another framework made.

    `files` are the bundle's, `trusted` the types that loading the skops file must trust, `answers`
    what the form that serves says to the rows they were compared on, shape (n,).
    """

    pipeline: Pipeline | None
    graph: Any | None
    files: Mapping[str, bytes]
    trusted: tuple[str, ...]
    parity: Parity
    answers: NDArray[np.float64]

    @property
    def runtime(self) -> Runtime:
        """The form that serves."""
        return self.parity.runtime


def forms_of(
    pipeline: Pipeline,
    contract: Contract,
    columns: Columns,
    expected: NDArray[np.float64],
    tolerance: str,
) -> Forms:
    """Write the pipeline as ONNX and skops, and compare the graph with it on `columns`.

    `expected`, shape (n,), is what the pipeline predicts of them. Raises ExportError when neither
    form can be served.
    """
    graph, files, parity, answers = _onnx(pipeline, contract, columns, expected, tolerance)
    if parity.runtime != "onnx":
        answers = expected
    try:
        skops, trusted = skops_model(pipeline)
    except ExportError as error:
        if parity.reason:
            raise ExportError(
                f"it can be served by neither runtime: {parity.reason}; {error.problem}",
                place=f"pipeline of {contract.name}",
                cure=error.cure,
            ) from error
        return Forms(pipeline, graph, files, (), parity, answers)
    files |= {names.MODEL_SKOPS: skops, names.TRUSTED_TYPES: canonical_json(trusted)}
    return Forms(pipeline, graph, files, tuple(trusted), parity, answers)


def _onnx(
    pipeline: Pipeline,
    contract: Contract,
    columns: Columns,
    expected: NDArray[np.float64],
    tolerance: str,
) -> tuple[Any | None, dict[str, bytes], Parity, NDArray[np.float64]]:
    """The graph, the file that holds it, how it compares and what it answers; without it, why there
    is none, and `expected`.
    """
    try:
        graph = onnx_model(pipeline, contract)
        content = graph.SerializeToString(deterministic=True)
        runtime = OnnxRuntime(contract, content)
        served = runtime.predict(columns)
    except ExportError as error:
        return None, {}, no_graph(rows_in(columns), tolerance, error.problem), expected
    except Exception as error:  # whatever onnxruntime raises for a graph that does not run
        kind = error.problem if isinstance(error, ModelUnloadable) else type(error).__name__
        why = f"onnxruntime cannot run the graph ({kind})"
        return None, {}, no_graph(rows_in(columns), tolerance, why), expected
    edges = _edges(pipeline, contract, columns, graph, runtime, tolerance)
    parity = compare(contract, expected, served, tolerance, edges)
    return graph, {names.MODEL_ONNX: content}, parity, served


def _edges(
    pipeline: Pipeline,
    contract: Contract,
    columns: Columns,
    graph: Any,
    runtime: OnnxRuntime,
    tolerance: str,
) -> Edges:
    splits = splits_of(graph)
    if not splits:
        return Edges()
    frame = frame_of(columns)
    prepared = pipeline[:-1].transform(frame) if len(pipeline) > 1 else frame
    dense = prepared.toarray() if issparse(prepared) else np.asarray(prepared)
    return compare_at_edges(
        contract, columns, dense, splits,
        trained=lambda moved: predict_with(pipeline, contract, moved),
        served=runtime.predict,
        tolerance=tolerance,
    )  # fmt: skip
