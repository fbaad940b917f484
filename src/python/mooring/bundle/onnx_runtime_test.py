"""A graph that does not fit the contract, or wants other files, is refused."""

from __future__ import annotations

from contextlib import chdir
from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto, helper

from mooring.bundle.errors import ModelUnloadable
from mooring.bundle.load import load_model
from mooring.bundle.manifest import MODEL_ONNX
from mooring.bundle.onnx_runtime import session_options
from mooring.bundle.testing.recipe import Recipe


def graph(
    inputs: list[str], *, output: str = "probabilities", external: str | None = None
) -> bytes:
    """A graph that adds a constant, kept in the file `external` where one is named."""
    constant = TensorProto(name="c", data_type=TensorProto.FLOAT, dims=[1])
    if external is None:
        constant.float_data.append(1.0)
    else:
        constant.data_location = TensorProto.EXTERNAL
        constant.external_data.add(key="location", value=external)
    node = helper.make_node("Add", [inputs[0], "c"], [output])
    shaped = [helper.make_tensor_value_info(n, TensorProto.FLOAT, [None, 1]) for n in inputs]
    answer = helper.make_tensor_value_info(output, TensorProto.FLOAT, [None, 1])
    made = helper.make_graph([node], "g", shaped, [answer], [constant])
    opsets = [helper.make_opsetid("", 18)]
    content: bytes = helper.make_model(made, opset_imports=opsets, ir_version=8).SerializeToString()
    return content


FERRY = ["line", "location", "wind"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(b"", "cannot be read", id="an empty file"),
        pytest.param(b"\x08\x07garbage", "cannot be read", id="no graph at all"),
        pytest.param(graph(FERRY, external="weights.bin"), "outside the file", id="beside it"),
        pytest.param(graph(FERRY, external="/etc/hostname"), "outside the file", id="anywhere"),
        pytest.param(graph(FERRY, external="../weights.bin"), "outside the file", id="above it"),
        pytest.param(graph(["line"]), "not the contract's features", id="an input too few"),
        pytest.param(graph([*FERRY, "x"]), "not the contract's features", id="an input too many"),
        pytest.param(graph(FERRY, output="label"), "no output named probabilities", id="no answer"),
        pytest.param(graph(FERRY), "cannot answer its golden samples", id="inputs of other types"),
    ],
)
def test_a_graph_that_does_not_fit_the_contract_is_refused(
    recipe: Recipe, store: Path, content: bytes, said: str
) -> None:
    with pytest.raises(ModelUnloadable, match=said):
        load_model(recipe.with_files({MODEL_ONNX: content}).write(store))


def test_external_data_is_not_read_even_where_it_lies(
    recipe: Recipe, store: Path, tmp_path: Path
) -> None:
    bundle = recipe.with_files({MODEL_ONNX: graph(FERRY, external="weights.bin")}).write(store)
    (tmp_path / "weights.bin").write_bytes(np.ones(1, np.float32).tobytes())
    with chdir(tmp_path), pytest.raises(ModelUnloadable, match="outside the file"):
        load_model(bundle)


def test_its_threads_wait_asleep() -> None:
    options = session_options(threads=2)
    assert options.intra_op_num_threads == 2
    assert options.get_session_config_entry("session.intra_op.allow_spinning") == "0"
