"""The datatypes of the Open Inference Protocol, and which of them can carry which feature.

A null is `null` in JSON. Binary tensors have none, so where a feature is nullable NaN stands for
it in FP64 and FP32, and the empty string, which no category may be, in BYTES.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np

from mooring.contract.columns import NULL_STRING
from mooring.contract.feature import Feature, Kind

Datatype = Literal[
    "BOOL", "UINT8", "UINT16", "UINT32", "UINT64", "INT8", "INT16", "INT32", "INT64",
    "FP16", "FP32", "FP64", "BYTES",
]  # fmt: skip

# Fixed-width elements as they lie in a binary tensor; BOOL is one byte, checked by the contract.
ELEMENTS: Mapping[Datatype, np.dtype[Any]] = {
    "BOOL": np.dtype("u1"),
    "UINT8": np.dtype("u1"),
    "UINT16": np.dtype("<u2"),
    "UINT32": np.dtype("<u4"),
    "UINT64": np.dtype("<u8"),
    "INT8": np.dtype("i1"),
    "INT16": np.dtype("<i2"),
    "INT32": np.dtype("<i4"),
    "INT64": np.dtype("<i8"),
    "FP16": np.dtype("<f2"),
    "FP32": np.dtype("<f4"),
    "FP64": np.dtype("<f8"),
}

_WHOLE: tuple[Datatype, ...] = (
    "INT64", "INT32", "INT16", "INT8", "UINT64", "UINT32", "UINT16", "UINT8"
)  # fmt: skip
_REAL: tuple[Datatype, ...] = ("FP64", "FP32", "FP16")

_CARRIERS: Mapping[Kind, tuple[Datatype, ...]] = {
    "float": (*_REAL, *_WHOLE),
    "integer": (*_WHOLE, *_REAL),
    "boolean": ("BOOL", *_REAL),
    "string": ("BYTES",),
}


def carriers(feature: Feature) -> tuple[Datatype, ...]:
    """The datatypes that a feature's tensor may have, the one that metadata names first.

    A nullable integer or boolean is named FP64, which alone has a null in binary.
    """
    usual = _CARRIERS[feature.kind]
    if feature.nullable and feature.kind in ("integer", "boolean"):
        return ("FP64", *(each for each in usual if each != "FP64"))
    return usual


def values_of(feature: Feature, datatype: Datatype, elements: Sequence[Any]) -> list[Any]:
    """Elements as the contract's types judge them: nulls as None, whole floats as integers.

    What fits nothing is left as it is, for the contract to refuse.
    """
    if datatype in _REAL:
        return [_from_real(feature, element) for element in elements]
    if feature.nullable and datatype == "BYTES":
        return [None if element == NULL_STRING else element for element in elements]
    return list(elements)


def _from_real(feature: Feature, element: Any) -> Any:
    if not isinstance(element, float):
        return element
    if element != element:
        return None if feature.nullable else element
    if feature.kind == "integer" and element.is_integer():
        return int(element)
    if feature.kind == "boolean" and element in (0.0, 1.0):
        return bool(element)
    return element
