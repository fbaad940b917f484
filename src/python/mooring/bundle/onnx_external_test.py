"""A graph may keep tensors in files that no digest covers, in many places and spellings; each is
refused, also where the file lies there, and its twin with the tensor inside is not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import chdir
from pathlib import Path

import numpy as np
import pytest
from onnx import (
    AttributeProto,
    FunctionProto,
    GraphProto,
    ModelProto,
    NodeProto,
    SparseTensorProto,
    TensorProto,
    helper,
)

from mooring.bundle.errors import GoldenMismatch, ModelUnloadable
from mooring.bundle.load import load_model
from mooring.bundle.manifest import MODEL_ONNX
from mooring.bundle.testing.recipe import Recipe

WEIGHTS = "weights.bin"

# `{here}` is the folder of the weights, which is also the working directory.
SPELLINGS = (WEIGHTS, "./weights.bin", "../{name}/weights.bin", "{here}/weights.bin",
             "*/_ORT_MEM_ADDR_/*")  # fmt: skip


def tensor(name: str, location: str | None) -> TensorProto:
    """One float, inside the graph or in a file."""
    made = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=[1])
    if location is None:
        made.float_data.append(1.0)
        return made
    made.data_location = TensorProto.EXTERNAL
    made.external_data.add(key="location", value=location)
    return made


def constant(output: str, location: str | None) -> NodeProto:
    """A node whose attribute is that tensor."""
    node = helper.make_node("Constant", [], [output])
    attribute = node.attribute.add(name="value", type=AttributeProto.TENSOR)
    attribute.t.CopyFrom(tensor("v", location))
    return node


def model(
    nodes: list[NodeProto], *tensors: TensorProto, sparse: SparseTensorProto | None = None,
    functions: tuple[FunctionProto, ...] = (),
) -> ModelProto:  # fmt: skip
    """A graph with the inputs of the contract that adds `c`, which the rest of it makes."""
    kinds = {"line": TensorProto.STRING, "location": TensorProto.FLOAT, "wind": TensorProto.FLOAT}
    inputs = [helper.make_tensor_value_info(n, kind, [None, 1]) for n, kind in kinds.items()]
    answer = helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, [None, 1])
    add = helper.make_node("Add", ["wind", "c"], ["probabilities"])
    graph = helper.make_graph([*nodes, add], "g", inputs, [answer], list(tensors))
    if sparse is not None:
        graph.sparse_initializer.append(sparse)
    opsets = [helper.make_opsetid("", 18), helper.make_opsetid("ours", 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8, functions=list(functions))


def in_the_graph(location: str | None) -> ModelProto:
    return model([], tensor("c", location))


def in_an_attribute(location: str | None) -> ModelProto:
    return model([constant("c", location)])


def in_a_sparse_tensor(location: str | None) -> ModelProto:
    indices = helper.make_tensor("i", TensorProto.INT64, [1], [0])
    return model(
        [], sparse=SparseTensorProto(values=tensor("c", location), indices=indices, dims=[1])
    )


def in_a_function(location: str | None) -> ModelProto:
    opsets = [helper.make_opsetid("", 18)]
    function = helper.make_function("ours", "One", [], ["c"], [constant("c", location)], opsets)
    return model([helper.make_node("One", [], ["c"], domain="ours")], functions=(function,))


def in_a_shape(location: str | None) -> ModelProto:
    node = helper.make_node("ConstantOfShape", ["s"], ["c"])
    attribute = node.attribute.add(name="value", type=AttributeProto.TENSOR)
    attribute.t.CopyFrom(tensor("v", location))
    return model([node], helper.make_tensor("s", TensorProto.INT64, [1], [1]))


def branching(branch: GraphProto) -> ModelProto:
    """A graph that takes the branch whatever is asked."""
    condition = helper.make_tensor("yes", TensorProto.BOOL, [1], [True])
    node = helper.make_node("If", ["yes"], ["c"], then_branch=branch, else_branch=branch)
    return model([node], condition)


def in_a_branch(location: str | None) -> ModelProto:
    output = helper.make_tensor_value_info("b", TensorProto.FLOAT, [1])
    node = helper.make_node("Identity", ["w"], ["b"])
    return branching(helper.make_graph([node], "t", [], [output], [tensor("w", location)]))


def in_an_attribute_of_a_branch(location: str | None) -> ModelProto:
    output = helper.make_tensor_value_info("b", TensorProto.FLOAT, [1])
    return branching(helper.make_graph([constant("b", location)], "t", [], [output]))


PLACES = [
    pytest.param(in_the_graph, id="in the graph"),
    pytest.param(in_an_attribute, id="in an attribute"),
    pytest.param(in_a_sparse_tensor, id="in a sparse tensor"),
    pytest.param(in_a_function, id="in a function"),
    pytest.param(in_a_shape, id="in the value of a shape"),
    pytest.param(in_a_branch, id="in a branch"),
    pytest.param(in_an_attribute_of_a_branch, id="in an attribute of a branch"),
]


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Path]:
    """A working directory where the weights lie."""
    np.ones(1, np.float32).tofile(tmp_path / WEIGHTS)
    with chdir(tmp_path):
        yield tmp_path


@pytest.mark.parametrize("make", PLACES)
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_tensor_outside_the_file_is_refused_where_it_lies(
    recipe: Recipe, store: Path, here: Path, make: Callable[[str | None], ModelProto], spelling: str
) -> None:
    location = spelling.format(here=here, name=here.name)
    content = make(location).SerializeToString()
    with pytest.raises(ModelUnloadable, match=r"model\.onnx: it ") as refused:
        load_model(recipe.with_files({MODEL_ONNX: content}).write(store))
    assert str(here) not in str(refused.value)


@pytest.mark.parametrize("make", PLACES)
def test_its_twin_with_the_tensor_inside_gets_as_far_as_its_answers(
    recipe: Recipe, store: Path, make: Callable[[str | None], ModelProto]
) -> None:
    content = make(None).SerializeToString()
    with pytest.raises(GoldenMismatch):
        load_model(recipe.with_files({MODEL_ONNX: content}).write(store))
