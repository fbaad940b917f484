"""The binary tensor extension: elements as bytes behind the JSON, little-endian, row-major.

A BYTES element is its length as uint32, then so many bytes. Nothing is allocated by what a body
claims, only by what it holds.
https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_binary_data.md
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any

import numpy as np

from mooring.gateway.protocols.oip.datatypes import ELEMENTS, Datatype

_LENGTH = struct.Struct("<I")


class BadTensor(Exception):
    """Bytes that are not the elements that they are said to be; `str()` is fit for the caller."""


def decode(datatype: Datatype, data: bytes) -> list[Any]:
    """Read all elements of a tensor. Raises BadTensor."""
    if datatype == "BYTES":
        return _decode_strings(data)
    element = ELEMENTS[datatype]
    if len(data) % element.itemsize:
        raise BadTensor(f"an element of {datatype} has {element.itemsize} byte(s)")
    values = np.frombuffer(data, element).tolist()
    # A byte that is neither stays a number, which no boolean accepts.
    return [_BOOLEANS.get(v, v) for v in values] if datatype == "BOOL" else values


def encode(datatype: Datatype, values: Sequence[Any]) -> bytes:
    """Write elements: the inverse of `decode`."""
    if datatype != "BYTES":
        return np.asarray(values, ELEMENTS[datatype]).tobytes()
    texts = [value.encode() for value in values]
    return b"".join(part for text in texts for part in (_LENGTH.pack(len(text)), text))


_BOOLEANS = {0: False, 1: True}


def _decode_strings(data: bytes) -> list[str]:
    texts: list[str] = []
    offset = 0
    while offset < len(data):
        start = offset + _LENGTH.size
        if start > len(data):
            raise BadTensor("the length of a string is cut short")
        offset = start + _LENGTH.unpack_from(data, start - _LENGTH.size)[0]
        if offset > len(data):
            raise BadTensor("a string is cut short")
        texts.append(_text(data[start:offset]))
    return texts


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise BadTensor("a string is not UTF-8") from None
