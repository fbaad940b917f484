"""The two forms of a fitted pipeline: what cannot be written, and that what can is reproducible."""

from __future__ import annotations

import io
import zipfile

import numpy as np
import polars as pl
import pytest
from sklearn.ensemble import IsolationForest
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer

from mooring.bundle.skops_runtime import SkopsRuntime, predict_with
from mooring.contract.canonical import canonical_json
from mooring.contract.contract import Contract
from mooring.data.columns import columns_from, labels_from
from mooring.training.errors import ExportError
from mooring.training.export import onnx_model, skops_model
from mooring.training.fit import fit
from mooring.training.plan import TrainingPlan

EARLIEST = (1980, 1, 1, 0, 0, 0)


@pytest.fixture(scope="module")
def fitted(plan: TrainingPlan, rows: pl.DataFrame) -> Pipeline:
    labelled = columns_from(plan.contract, rows), labels_from(plan.contract, rows)
    return fit(plan, labelled, labelled)


@pytest.mark.parametrize(
    "pipeline",
    [
        pytest.param(
            Pipeline([("any", FunctionTransformer(np.sin)), ("trees", IsolationForest())]),
            id="a step that is any function",
        ),
        pytest.param(
            Pipeline([("trees", IsolationForest())]), id="a pipeline that was never fitted"
        ),
    ],
)
def test_what_skl2onnx_cannot_convert_is_refused(contract: Contract, pipeline: Pipeline) -> None:
    with pytest.raises(ExportError, match="pipeline of trip: skl2onnx cannot convert"):
        onnx_model(pipeline, contract)


def test_the_graph_takes_the_contract_features(contract: Contract, fitted: Pipeline) -> None:
    graph = onnx_model(fitted, contract).graph
    assert tuple(tensor.name for tensor in graph.input) == contract.feature_names
    assert "probabilities" in [tensor.name for tensor in graph.output]


def test_skops_bytes_do_not_depend_on_memory(fitted: Pipeline) -> None:
    keep_addresses_apart = [object() for _ in range(1_000)]
    first, again = skops_model(fitted), skops_model(fitted)
    assert first == again
    assert keep_addresses_apart


def test_skops_bytes_do_not_depend_on_which_constants_are_one_object() -> None:
    """Whether two equal strings or numbers are one object is up to the interpreter."""
    one, seed = "early morning", 20_130_401
    other, again = " ".join(one.split()), int(str(seed))
    assert other is not one
    assert again is not seed
    shared = FunctionTransformer(kw_args={"a": one, "b": one, "c": seed, "d": seed})
    apart = FunctionTransformer(kw_args={"a": one, "b": other, "c": seed, "d": again})
    assert skops_model(Pipeline([("f", shared)])) == skops_model(Pipeline([("f", apart)]))


def test_a_skops_file_carries_no_time(fitted: Pipeline) -> None:
    content, _ = skops_model(fitted)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {EARLIEST}
        assert archive.namelist() == sorted(archive.namelist())


def test_a_skops_file_predicts_what_the_pipeline_does(
    contract: Contract, rows: pl.DataFrame, fitted: Pipeline
) -> None:
    content, trusted = skops_model(fitted)
    columns = columns_from(contract, rows)
    loaded = SkopsRuntime(contract, content, canonical_json(trusted))
    np.testing.assert_array_equal(loaded.predict(columns), predict_with(fitted, contract, columns))
