"""An ONNX file from elsewhere, as the graph that Mooring serves: one input a feature, one output.

Other frameworks export one float tensor [n, features]; it is put together from the features, in
the contract's order, by nodes that are added in front. Nothing of the file's own is changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import onnx
from onnx import TensorProto, helper
from onnx.compose import add_prefix
from onnx.external_data_helper import _get_all_tensors, uses_external_data

from mooring.bundle.ort import onnxruntime as ort
from mooring.contract.contract import Contract
from mooring.scaffold.errors import GraphRefused

# Operators of these come with ONNX Runtime.
_KNOWN_DOMAINS = frozenset({"", "ai.onnx", "ai.onnx.ml", "com.microsoft", "com.microsoft.nchwc"})

_FLOATS = frozenset({TensorProto.FLOAT, TensorProto.DOUBLE})
_INNER = "adopted/"


def served_graph(contract: Contract, content: bytes, output: str | None = None) -> bytes:
    """The graph under the contract's names. Raises GraphRefused with the cure."""
    model = _read(content)
    chosen = _output(model, contract, output)
    inputs = _inputs(model)
    if {each.name for each in inputs} == set(contract.feature_names):
        _check_per_feature(contract, inputs)
        front: list[onnx.NodeProto] = []
        inner = model
    else:
        _check_one_tensor(contract, inputs)
        inner = add_prefix(model, _INNER)
        front = _front(contract, inputs[0])
        chosen = _INNER + chosen
    made = _joined(contract, inner, front, chosen)
    return bytes(made.SerializeToString(deterministic=True))


def _read(content: bytes) -> onnx.ModelProto:
    try:
        model = onnx.load_from_string(content)
        outside = any(uses_external_data(tensor) for tensor in _get_all_tensors(model))
    except Exception:  # protobuf's own family
        raise _refused("it is no ONNX model", "Export it again.") from None
    if not model.graph.output:
        raise _refused("it is no ONNX model", "Export it again.")
    if outside:
        cure = "Save it in one: onnx.save(onnx.load(path), path, save_as_external_data=False)."
        raise _refused("it keeps its weights in other files", cure)
    _check_runs(model, content)
    return model


def _check_runs(model: onnx.ModelProto, content: bytes) -> None:
    foreign = sorted({o.domain for o in model.opset_import} - _KNOWN_DOMAINS)
    try:
        options = ort.SessionOptions()
        options.log_severity_level = 4
        ort.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except Exception:  # onnxruntime's own family
        if foreign:
            problem = f"it needs operators of {', '.join(foreign)}, which ONNX Runtime lacks"
            raise _refused(problem, "Export it with standard operators.") from None
        cure = "Export it for an operator set that ONNX Runtime knows, such as 17."
        raise _refused("ONNX Runtime does not take it", cure) from None


def _inputs(model: onnx.ModelProto) -> list[onnx.ValueInfoProto]:
    """Inputs that a client gives: old exports list weights among them."""
    weights = {tensor.name for tensor in model.graph.initializer}
    return [each for each in model.graph.input if each.name not in weights]


def _output(model: onnx.ModelProto, contract: Contract, wanted: str | None) -> str:
    outputs = {each.name: each for each in model.graph.output}
    usual = "probabilities" if contract.prediction.kind == "probability" else None
    chosen = wanted or (usual if usual in outputs else None)
    if chosen is None and len(outputs) == 1:
        chosen = next(iter(outputs))
    if chosen is None or chosen not in outputs:
        listed = ", ".join(outputs)
        problem = f"it has no output {wanted}" if wanted else "it has more outputs than one"
        raise _refused(problem, f"Name one with --output: {listed}.")
    kind = outputs[chosen].type
    if not kind.HasField("tensor_type") or kind.tensor_type.elem_type not in _FLOATS:
        problem = f"its output {chosen} is no tensor of floats"
        raise _refused(problem, "Export probabilities as a tensor (zipmap=False), or --output.")
    return chosen


def _check_per_feature(contract: Contract, inputs: Sequence[onnx.ValueInfoProto]) -> None:
    kinds = {each.name: each.type.tensor_type for each in inputs}
    for feature in contract.features:
        tensor = kinds[feature.name]
        wanted = TensorProto.FLOAT if feature.numeric else TensorProto.STRING
        width = _shape(tensor)[-1:] or [None]
        if tensor.elem_type != wanted or len(_shape(tensor)) != 2 or width[0] not in (None, 1):
            said = "float32" if feature.numeric else "string"
            raise _refused(
                f"its input {feature.name} is no {said} of shape [n, 1]",
                "Export one input a feature, or one tensor of all.",
            )


def _check_one_tensor(contract: Contract, inputs: Sequence[onnx.ValueInfoProto]) -> None:
    count = len(contract.features)
    if len(inputs) != 1:
        problem = f"its {len(inputs)} inputs are not the contract's {count} features"
        cure = "Name them alike, or export one tensor of all features in the contract's order."
        raise _refused(problem, cure)
    if strings := [f.name for f in contract.features if not f.numeric]:
        problem = f"one tensor of numbers cannot hold {', '.join(strings)}"
        raise _refused(problem, "Export one input a feature, or encode them in the contract.")
    tensor = inputs[0].type.tensor_type
    shape = _shape(tensor)
    if tensor.elem_type not in _FLOATS or len(shape) != 2 or shape[1] not in (None, count):
        problem = f"its input is no float tensor of shape [n, {count}]"
        raise _refused(problem, "Export it for the contract's features; see `contract.json`.")
    if shape[0] is not None and shape[0] != 0:
        problem = f"its input takes exactly {shape[0]} rows"
        raise _refused(problem, "Export it with a dynamic first dimension (dynamic_axes).")


def _shape(tensor: onnx.TypeProto.Tensor) -> list[int | None]:
    """The dimensions; None for one that is dynamic."""
    return [d.dim_value if d.HasField("dim_value") else None for d in tensor.shape.dim]


def _front(contract: Contract, taken: onnx.ValueInfoProto) -> list[onnx.NodeProto]:
    """From one column a feature to the one tensor that the inner graph takes."""
    target = _INNER + taken.name
    double = taken.type.tensor_type.elem_type == TensorProto.DOUBLE
    joined = _INNER + "joined" if double else target
    nodes = [helper.make_node("Concat", list(contract.feature_names), [joined], axis=1)]
    if double:
        nodes.append(helper.make_node("Cast", [joined], [target], to=TensorProto.DOUBLE))
    return nodes


def _joined(
    contract: Contract, inner: onnx.ModelProto, front: Iterable[onnx.NodeProto], chosen: str
) -> onnx.ModelProto:
    """The whole: features in, one float32 output under the name that the runtime looks for."""
    name = "probabilities" if contract.prediction.kind == "probability" else "prediction"
    made = onnx.ModelProto()
    made.CopyFrom(inner)
    graph = made.graph
    front = list(front)
    if front:
        weights = {tensor.name for tensor in graph.initializer}
        kept = [each for each in graph.input if each.name in weights]
        del graph.input[:]
        graph.input.extend([_column(feature) for feature in contract.feature_names])
        graph.input.extend(kept)
        body = list(graph.node)
        del graph.node[:]
        graph.node.extend([*front, *body])
    if chosen != name:
        graph.node.append(helper.make_node("Cast", [chosen], [name], to=TensorProto.FLOAT))
    del graph.output[:]
    graph.output.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, None))
    return made


def _column(name: str) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, [None, 1])


def _refused(problem: str, cure: str) -> GraphRefused:
    return GraphRefused(problem, place="the ONNX file", cure=cure)
