"""What `mooring adopt --onnx` refuses of contract, rows and answers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from onnx import TensorProto, helper

from mooring.contract.contract import Contract, Prediction
from mooring.contract.errors import MooringError
from mooring.contract.feature import Feature
from mooring.scaffold.foreign import Foreign, adopt_graph

FLOAT = TensorProto.FLOAT
FEATURES = tuple(
    Feature(name=name, kind="float", nullable=True, ge=-10.0, le=10.0, example=1.0)
    for name in ("a", "b_c")
)
CONTRACT = Contract(
    name="elsewhere", version="1.0", features=FEATURES,
    prediction=Prediction(name="p", kind="probability", label="y"),
)  # fmt: skip


def graph(*operators: str) -> bytes:
    """The mean of two columns, then the operators one after the other."""
    names = ["mean", *operators]
    nodes = [helper.make_node("ReduceMean", ["x"], ["mean"], axes=[1], keepdims=1)]
    nodes += [
        helper.make_node(op, [before], [op]) for before, op in zip(names, operators, strict=False)
    ]
    given = [helper.make_tensor_value_info("x", FLOAT, ["n", 2])]
    asked = [helper.make_tensor_value_info(names[-1], FLOAT, None)]
    made = helper.make_graph(nodes, "g", given, asked)
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    return bytes(model.SerializeToString())


@pytest.fixture
def given(tmp_path: Path) -> Foreign:
    """A logistic mean, its contract, and rows that it was not made of."""
    draw = np.random.default_rng(2)
    table = pl.DataFrame({"a": draw.normal(0, 2, 300), "b c": draw.normal(0, 2, 300)})
    noise = pl.Series(draw.normal(0, 0.5, 300))
    table = table.with_columns(y=((pl.col("a") + pl.col("b c") + noise) > 0).cast(int))
    table.write_csv(tmp_path / "rows.csv")
    (tmp_path / "model.onnx").write_bytes(graph("Sigmoid"))
    (tmp_path / "contract.json").write_bytes(CONTRACT.to_json())
    return Foreign(
        "mean", tmp_path / "model.onnx", tmp_path / "contract.json", tmp_path / "rows.csv"
    )


def refusal(given: Foreign, checkout: Path) -> str:
    with pytest.raises(MooringError) as refused:
        adopt_graph(given, checkout)
    assert [path.name for path in (checkout / "models").iterdir() if path.is_dir()] == []
    return str(refused.value)


def test_the_folder_takes_the_contract_under_the_models_name(
    given: Foreign, checkout: Path
) -> None:
    made = adopt_graph(given, checkout)
    assert made.draft.contract == CONTRACT.model_copy(update={"name": "mean"})
    assert made.fit.metrics["roc_auc"].value > 0.9
    assert sorted(path.name for path in made.path.iterdir()) == [
        *("BUILD", "__init__.py", "contract.py", "contract_test.py", "data.csv", "data.py"),
        *("gate.py", "model.onnx", "pipeline.py", "pipeline_test.py", "service.py"),
    ]


def test_answers_that_are_no_probabilities_are_refused(given: Foreign, checkout: Path) -> None:
    given.graph.write_bytes(graph())
    assert "its answers are no probabilities. Export the sigmoid" in refusal(given, checkout)


def test_answers_that_are_nan_are_refused(given: Foreign, checkout: Path) -> None:
    given.graph.write_bytes(graph("Log"))
    assert "it answers some rows with NaN or infinity" in refusal(given, checkout)


def test_a_label_that_the_rows_lack_is_refused(given: Foreign, checkout: Path) -> None:
    said = refusal(replace(given, label="z"), checkout)
    assert "--label: the data has no column z" in said


def test_a_feature_that_the_rows_lack_is_refused(given: Foreign, checkout: Path) -> None:
    pl.read_csv(given.data).drop("b c").write_csv(given.data)
    assert "--data: the data has no column b_c" in refusal(given, checkout)


def test_a_contract_that_is_not_there_is_refused(given: Foreign, checkout: Path) -> None:
    given.contract.unlink()
    assert "the file cannot be read. Check its path." in refusal(given, checkout)


def test_a_contract_of_another_form_is_refused(given: Foreign, checkout: Path) -> None:
    given.contract.write_text("{}")
    assert "contract.json" in refusal(given, checkout)
