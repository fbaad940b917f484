"""A contract as a TensorFlow signature: what `…/metadata` tells TensorFlow Serving's clients."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from mooring.contract.contract import Contract
from mooring.contract.feature import Kind
from mooring.gateway.answers import SignatureDef, SignatureDefs, TensorInfo
from mooring.gateway.schema import SIGNATURE

_TYPES: Mapping[Kind, Literal["DT_DOUBLE", "DT_INT64", "DT_BOOL", "DT_STRING"]] = {
    "float": "DT_DOUBLE", "integer": "DT_INT64", "boolean": "DT_BOOL", "string": "DT_STRING"
}  # fmt: skip


def signatures_of(contract: Contract) -> SignatureDefs:
    """The one signature there is: a tensor [rows] for each feature, and one for the prediction."""
    prediction = contract.prediction.name
    signature = SignatureDef(
        inputs={f.name: TensorInfo(name=f.name, dtype=_TYPES[f.kind]) for f in contract.features},
        outputs={prediction: TensorInfo(name=prediction, dtype="DT_DOUBLE")},
    )
    return SignatureDefs(signature_def={SIGNATURE: signature})
