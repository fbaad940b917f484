"""The fitted pipeline as bytes: ONNX for serving, skops as the faithful copy; both reproducible."""

from __future__ import annotations

import io
import json
import re
import zipfile
from typing import Any

import skops.io
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType, StringTensorType
from sklearn.pipeline import Pipeline

from mooring.contract.contract import Contract
from mooring.training.errors import ExportError

# onnxruntime 1.32 reads newer ones; these are old enough for every runtime of the last years.
TARGET_OPSET = {"": 18, "ai.onnx.ml": 3}

# skops names objects and array files by their address in memory.
_ADDRESS = re.compile(r'(?P<key>"__id__": |"file": ")(?P<address>\d+)')

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
        return to_onnx(
            pipeline, initial_types=inputs, options=options, target_opset=TARGET_OPSET,
            name=contract.name,
        )  # fmt: skip
    except Exception as error:  # skl2onnx raises whatever the converter of a step raises
        raise ExportError(
            f"skl2onnx cannot convert the pipeline ({type(error).__name__})",
            place=f"pipeline of {contract.name}",
            cure="Use steps that skl2onnx converts; see its list of supported models.",
        ) from error


def skops_model(pipeline: Pipeline) -> tuple[bytes, list[str]]:
    """Write the pipeline with skops; returns the file and the types that loading it must trust."""
    content = _reproducible(skops.io.dumps(pipeline))
    return content, sorted(skops.io.get_untrusted_types(data=content))


def _reproducible(archive: bytes) -> bytes:
    """Rewrite a skops file so that the same model has the same bytes.

    Addresses become numbers in order of appearance; entries are sorted and carry no time.
    """
    with zipfile.ZipFile(io.BytesIO(archive)) as source:
        entries = {name: source.read(name) for name in source.namelist()}
    numbers: dict[str, str] = {}

    def renumber(match: re.Match[str]) -> str:
        return match["key"] + numbers.setdefault(match["address"], str(len(numbers)))

    schema = _ADDRESS.sub(renumber, entries.pop("schema.json").decode())
    renamed = {f"{numbers[name.split('.')[0]]}.npy": content for name, content in entries.items()}
    renamed["schema.json"] = json.dumps(json.loads(schema), separators=(",", ":")).encode()
    return _zip(renamed)


def _zip(entries: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(entries):
            info = zipfile.ZipInfo(name, _NO_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            archive.writestr(info, entries[name])
    return target.getvalue()
