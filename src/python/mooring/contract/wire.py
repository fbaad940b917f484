"""The columnar body between gateway and model service: `application/octet-stream`.

A request is the magic `MOORCOL1`, the number of rows as uint32, then one column per feature in
contract order: numbers as float64, strings as a uint32 per row for the length in bytes, followed by
the UTF-8 bytes of all rows. An answer is `MOORPRD1`, the number of rows, float64 predictions.
Everything is little-endian. The contract's digest travels in the header `Mooring-Contract`, so
both sides agree on the columns before a byte is read.
"""

from __future__ import annotations

import struct
from itertools import accumulate, pairwise

import numpy as np
from numpy.typing import NDArray

from mooring.contract.annotations import LONGEST_CATEGORY
from mooring.contract.columns import Column, Columns, rows_in
from mooring.contract.contract import Contract
from mooring.contract.errors import InvalidWire
from mooring.contract.feature import Feature

CONTENT_TYPE = "application/octet-stream"
CONTRACT_HEADER = "Mooring-Contract"
MODEL_HEADER = "Mooring-Model"
VERSION_HEADER = "Mooring-Version"
BUNDLE_HEADER = "Mooring-Bundle"
# How many milliseconds the sender will still wait; what takes longer need not be begun.
DEADLINE_HEADER = "Mooring-Deadline-Ms"

_COLUMNS = b"MOORCOL1"
_PREDICTIONS = b"MOORPRD1"
_HEAD = struct.Struct("<8sI")
_NUMBER, _LENGTH, _WIDEST_CHARACTER = 8, 4, 4


def widest_body(contract: Contract, rows: int) -> int:
    """Bytes of the largest request body that so many valid rows can make."""
    return _HEAD.size + rows * widest_row(contract)


def widest_row(contract: Contract) -> int:
    """Bytes of the largest valid row."""
    return sum(_widest(feature) for feature in contract.features)


def encode_columns(contract: Contract, columns: Columns) -> bytes:
    """Write columns in the wire format."""
    parts = [_HEAD.pack(_COLUMNS, rows_in(columns))]
    for name in contract.feature_names:
        column = columns[name]
        if column.dtype == object:
            parts += _encode_strings(column)
        else:
            parts.append(column.astype("<f8", copy=False).tobytes())
    return b"".join(parts)


def decode_columns(contract: Contract, body: bytes) -> Columns:
    """Read columns; raises InvalidWire when the body is cut, too long, or has too many rows."""
    rows = _read_head(body, _COLUMNS)
    if not 1 <= rows <= contract.limits.rows:
        raise _damaged(f"rows are 1 to {contract.limits.rows}")
    columns: dict[str, Column] = {}
    offset = _HEAD.size
    for feature in contract.features:
        if feature.numeric:
            columns[feature.name], offset = _decode_numbers(body, offset, rows)
        else:
            columns[feature.name], offset = _decode_strings(body, offset, rows)
    if offset != len(body):
        raise _damaged("bytes are left over after the last column")
    return columns


def encode_predictions(predictions: NDArray[np.float64]) -> bytes:
    """Write predictions of shape (n,)."""
    return _HEAD.pack(_PREDICTIONS, len(predictions)) + predictions.astype("<f8").tobytes()


def decode_predictions(body: bytes, *, rows: int) -> NDArray[np.float64]:
    """Read predictions; raises InvalidWire unless there is exactly one for each of `rows` rows."""
    if _read_head(body, _PREDICTIONS) != rows:
        raise _damaged("there is not one prediction for each row")
    predictions, end = _decode_numbers(body, _HEAD.size, rows)
    if end != len(body):
        raise _damaged("bytes are left over after the predictions")
    return predictions


def _widest(feature: Feature) -> int:
    if feature.numeric:
        return _NUMBER
    if feature.open:
        return _LENGTH + LONGEST_CATEGORY * _WIDEST_CHARACTER
    return _LENGTH + max(len(value.encode()) for value in feature.categories or ("",))


def _read_head(body: bytes, magic: bytes) -> int:
    if len(body) < _HEAD.size:
        raise _damaged("it is shorter than its head")
    found, rows = _HEAD.unpack_from(body)
    if found != magic:
        raise _damaged(f"it does not begin with {magic.decode()}")
    return int(rows)


def _decode_numbers(body: bytes, offset: int, rows: int) -> tuple[NDArray[np.float64], int]:
    end = offset + 8 * rows
    if end > len(body):
        raise _damaged("a column is cut short")
    return np.frombuffer(body, "<f8", rows, offset), end


def _encode_strings(column: Column) -> list[bytes]:
    encoded = [text.encode() for text in column]
    lengths = np.array([len(text) for text in encoded], dtype="<u4").tobytes()
    return [lengths, *encoded]


def _decode_strings(body: bytes, offset: int, rows: int) -> tuple[Column, int]:
    start = offset + 4 * rows
    if start > len(body):
        raise _damaged("a column is cut short")
    lengths = np.frombuffer(body, "<u4", rows, offset).tolist()
    edges = list(accumulate(lengths, initial=0))
    texts, end = body[start : start + edges[-1]], start + edges[-1]
    if end > len(body):
        raise _damaged("a column is cut short")
    try:
        column = _cut(texts, edges)
    except UnicodeDecodeError:
        raise _damaged("a string is not UTF-8") from None
    return np.array(column, dtype=object), end


def _cut(texts: bytes, edges: list[int]) -> list[str]:
    if not texts.isascii():
        return [texts[a:b].decode() for a, b in pairwise(edges)]
    # One decoding for all, where each character is a byte: a quarter less for the whole body.
    held = texts.decode()
    return [held[a:b] for a, b in pairwise(edges)]


def _damaged(problem: str) -> InvalidWire:
    return InvalidWire(
        problem,
        place="columnar body",
        cure="Encode it with mooring.contract.wire for this contract",
    )
