"""The fitted pipeline as bytes: ONNX for serving, skops as the faithful copy; both reproducible."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import skops.io
from skl2onnx import supported_converters, to_onnx
from skl2onnx.common.data_types import FloatTensorType, StringTensorType
from sklearn.base import BaseEstimator
from sklearn.pipeline import Pipeline

from mooring.contract.contract import Contract
from mooring.training.errors import ExportError

# onnxruntime 1.32 reads newer ones; these are old enough for every runtime of the last years.
TARGET_OPSET = {"": 18, "ai.onnx.ml": 3}

# Whose types a bundle may ask its loader to trust.
TRUSTED_LIBRARIES = ("sklearn", "numpy", "scipy")

# Nodes of a skops schema that hold a plain value or a type.
_CONSTANTS = frozenset({"JsonNode", "TypeNode"})

# The earliest time a zip file can hold.
_NO_TIME = (1980, 1, 1, 0, 0, 0)


def onnx_model(pipeline: Pipeline, contract: Contract) -> Any:
    """Convert the whole pipeline, its transforms included, into an ONNX model.

    Inputs are the contract's features, shape (n, 1), float32 or string. Raises ExportError.
    """
    inputs = [
        (f.name, (FloatTensorType if f.numeric else StringTensorType)([None, 1]))
        for f in contract.features
    ]
    options = (
        {id(pipeline): {"zipmap": False}} if contract.prediction.kind == "probability" else None
    )
    try:
        model = to_onnx(
            pipeline, initial_types=inputs, options=options, target_opset=TARGET_OPSET,
            name=contract.name,
        )  # fmt: skip
    except Exception as error:  # skl2onnx raises whatever the converter of a step raises
        step = next(_without_converter(pipeline, "the pipeline"), "the pipeline")
        raise ExportError(
            f"skl2onnx cannot convert {step} ({type(error).__name__})",
            place=f"pipeline of {contract.name}",
            cure="Use steps that skl2onnx converts; see its list of supported models.",
        ) from error
    # skl2onnx lists operator sets in the order of a set of strings, which the hash seed decides.
    model.opset_import.sort(key=lambda operators: operators.domain)
    return model


def _without_converter(estimator: Any, name: str) -> Iterator[str]:
    """The steps of an estimator that skl2onnx has no converter for, by name and class."""
    parts = [*getattr(estimator, "steps", ()), *getattr(estimator, "transformers_", ())]
    for inner, part, *_ in parts:
        yield from _without_converter(part, f"step {inner}")
    # What a calibration, a search or an ensemble is built around.
    if (within := getattr(estimator, "estimator", None)) is not None:
        yield from _without_converter(within, name)
    known = supported_converters(from_sklearn=True)
    if isinstance(estimator, BaseEstimator) and type(estimator).__name__ not in known:
        yield f"{name}, {type(estimator).__name__}"


def skops_model(pipeline: Pipeline) -> tuple[bytes, list[str]]:
    """Write the pipeline with skops; returns the file and the types that loading it must trust.

    Raises ExportError where one of them is not a library's: whoever loads a bundle has the
    libraries of its fingerprint, and trusts no more than these.
    """
    try:
        content = _reproducible(skops.io.dumps(pipeline))
        types = sorted(skops.io.get_untrusted_types(data=content))
    except Exception as error:  # skops raises whatever the writer of a part raises
        raise _not_with_skops(f"skops cannot write it ({type(error).__name__})") from error
    if foreign := [name for name in types if name.split(".")[0] not in TRUSTED_LIBRARIES]:
        raise _not_with_skops(f"skops may not build {', '.join(foreign)}")
    return content, types


def _not_with_skops(problem: str) -> ExportError:
    cure = "Use classes and functions of scikit-learn, numpy and scipy only."
    return ExportError(problem, place="pipeline", cure=cure)


def _reproducible(archive: bytes) -> bytes:
    """Rewrite a skops file so that the same model has the same bytes.

    Addresses become numbers in order of appearance; entries are sorted and carry no time.
    """
    with zipfile.ZipFile(io.BytesIO(archive)) as source:
        entries = {name: source.read(name) for name in source.namelist()}
    schema = json.loads(entries.pop("schema.json"))
    numbers: dict[str, int] = {}
    for node in _nodes(schema):
        node["__id__"] = numbers.setdefault(_identity(node), len(numbers))
        if "file" in node:
            node["file"] = _renamed(node["file"], numbers)
    renamed = {_renamed(name, numbers): content for name, content in entries.items()}
    renamed["schema.json"] = json.dumps(schema, separators=(",", ":")).encode()
    return _zip(renamed)


def _nodes(part: Any) -> Iterator[dict[str, Any]]:
    """Every node of a skops schema, outer before inner."""
    if isinstance(part, dict) and "__id__" in part and "__loader__" in part:
        yield part
    inner = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    for piece in inner:
        yield from _nodes(piece)


def _identity(node: dict[str, Any]) -> str:
    """What makes two nodes one: the value of a constant, the address of anything else.

    Whether two equal constants are one object is up to the interpreter and what it did before.
    """
    if node["__loader__"] in _CONSTANTS:
        return json.dumps(
            [node[key] for key in ("__module__", "__class__")] + [node.get("content")]
        )
    return str(node["__id__"])


def _renamed(name: str, numbers: dict[str, int]) -> str:
    address, _, ending = name.partition(".")
    return f"{numbers[address]}.{ending}"


def _zip(entries: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(entries):
            info = zipfile.ZipInfo(name, _NO_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            archive.writestr(info, entries[name])
    return target.getvalue()
