"""Graphs of other frameworks under a contract: wrapped, renamed, or refused with a cure."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from mooring.bundle.onnx_runtime import OnnxRuntime
from mooring.contract.contract import Contract, Prediction
from mooring.contract.feature import Feature
from mooring.scaffold.errors import GraphRefused
from mooring.scaffold.graph import served_graph

FLOAT, DOUBLE = TensorProto.FLOAT, TensorProto.DOUBLE


def contract(kind: Any = "probability", *, text: bool = False) -> Contract:
    features = [Feature(name=name, kind="float", example=1.0) for name in ("a", "b")]
    if text:
        features[1] = Feature(name="b", kind="string", open=True, example="x")
    prediction = Prediction(name="p", kind=kind, label="y")
    return Contract(name="m", version="1.0", features=tuple(features), prediction=prediction)


def graph(
    inputs: dict[str, tuple[int, list[Any]]],
    nodes: list[onnx.NodeProto],
    outputs: dict[str, int],
    weights: tuple[onnx.TensorProto, ...] = (),
    domain: str = "",
) -> bytes:
    given = [helper.make_tensor_value_info(n, *kind) for n, kind in inputs.items()]
    asked = [helper.make_tensor_value_info(n, kind, None) for n, kind in outputs.items()]
    made = helper.make_graph(nodes, "g", given, asked, list(weights))
    sets = [helper.make_opsetid("", 17), *([helper.make_opsetid(domain, 1)] if domain else [])]
    model = helper.make_model(made, opset_imports=sets)
    model.ir_version = 8
    return bytes(model.SerializeToString())


def mean(kind: int = FLOAT, rows: Any = "n", width: Any = 2, name: str = "x") -> bytes:
    """The mean of one tensor's columns: shape (n, 1)."""
    node = helper.make_node("ReduceMean", [name], ["out"], axes=[1], keepdims=1)
    return graph({name: (kind, [rows, width])}, [node], {"out": kind})


COLUMNS = {"a": np.array([0.0, 1.0]), "b": np.array([0.5, 0.5])}


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(mean(), id="one float tensor"),
        pytest.param(mean(DOUBLE), id="one double tensor"),
        pytest.param(mean(width="f"), id="a width that is not said"),
        pytest.param(mean(name="a"), id="an input that is called like a feature"),
    ],
)
@pytest.mark.parametrize("kind", ["probability", "number"])
def test_one_tensor_is_put_together_from_the_features(content: bytes, kind: str) -> None:
    made = served_graph(contract(kind), content)
    answers = OnnxRuntime(contract(kind), made).predict(COLUMNS)
    np.testing.assert_allclose(answers, [0.25, 0.75])


def test_inputs_that_are_the_features_stay() -> None:
    node = helper.make_node("Max", ["a", "b"], ["out"])
    content = graph({n: (FLOAT, ["n", 1]) for n in "ab"}, [node], {"out": FLOAT})
    made = served_graph(contract(), content)
    np.testing.assert_allclose(OnnxRuntime(contract(), made).predict(COLUMNS), [0.5, 1.0])


def test_of_several_outputs_the_named_one_answers() -> None:
    nodes = [
        helper.make_node("ReduceMean", ["x"], ["mean"], axes=[1], keepdims=1),
        helper.make_node("ReduceMin", ["x"], ["least"], axes=[1], keepdims=0),
    ]
    content = graph({"x": (FLOAT, ["n", 2])}, nodes, {"mean": FLOAT, "least": FLOAT})
    made = served_graph(contract(), content, "least")
    np.testing.assert_allclose(OnnxRuntime(contract(), made).predict(COLUMNS), [0.0, 0.5])
    with pytest.raises(GraphRefused, match="it has more outputs than one"):
        served_graph(contract(), content)
    with pytest.raises(GraphRefused, match="it has no output nothing"):
        served_graph(contract(), content, "nothing")


def outside() -> bytes:
    """A weight that lies in a file beside the graph."""
    weight = numpy_helper.from_array(np.ones((2, 1), np.float32), "w")
    weight.ClearField("raw_data")
    weight.data_location = TensorProto.EXTERNAL
    weight.external_data.add(key="location", value="weights.bin")
    node = helper.make_node("MatMul", ["x", "w"], ["out"])
    return graph({"x": (FLOAT, ["n", 2])}, [node], {"out": FLOAT}, (weight,))


def foreign() -> bytes:
    node = helper.make_node("Magic", ["x"], ["out"], domain="com.example")
    return graph({"x": (FLOAT, ["n", 2])}, [node], {"out": FLOAT}, domain="com.example")


def whole_numbers() -> bytes:
    node = helper.make_node("ArgMax", ["x"], ["out"], axis=1)
    return graph({"x": (FLOAT, ["n", 2])}, [node], {"out": TensorProto.INT64})


def per_feature(width: int) -> bytes:
    node = helper.make_node("Concat", ["a", "b"], ["out"], axis=1)
    return graph({n: (FLOAT, ["n", width]) for n in "ab"}, [node], {"out": FLOAT})


def three() -> bytes:
    node = helper.make_node("Sum", ["a", "b", "c"], ["out"])
    return graph({n: (FLOAT, ["n", 1]) for n in "abc"}, [node], {"out": FLOAT})


@pytest.mark.parametrize(
    ("content", "text", "message"),
    [
        pytest.param(b"", False, "it is no ONNX model. Export it again.", id="nothing"),
        pytest.param(b"\x80\x04pickle", False, "it is no ONNX model", id="something else"),
        pytest.param(outside(), False, "it keeps its weights in other files", id="data outside"),
        pytest.param(
            foreign(), False, "it needs operators of com.example, which ONNX Runtime lacks",
            id="operators of its own",
        ),
        pytest.param(
            whole_numbers(), False, "its output out is no tensor of floats",
            id="classes, not chances",
        ),
        pytest.param(
            mean(width=3), False, "its input is no float tensor of shape [n, 2]",
            id="another number of features",
        ),
        pytest.param(mean(rows=4), False, "its input takes exactly 4 rows", id="a fixed batch"),
        pytest.param(
            three(), False, "its 3 inputs are not the contract's 2 features", id="other inputs"
        ),
        pytest.param(
            per_feature(2), False, "its input a is no float32 of shape [n, 1]",
            id="an input of another shape",
        ),
        pytest.param(
            mean(), True, "one tensor of numbers cannot hold b",
            id="a category in a tensor of numbers",
        ),
    ],
)  # fmt: skip
def test_refused_with_a_cure(content: bytes, text: bool, message: str) -> None:
    with pytest.raises(GraphRefused) as refused:
        served_graph(contract(text=text), content)
    assert message in str(refused.value)
    assert refused.value.cure
