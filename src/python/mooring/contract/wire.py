"""The columnar body between gateway and model service: `application/octet-stream`.

A request is the magic `MOORCOL1`, the number of rows as uint32, then one column per feature in
contract order: numbers as float64, strings as a uint32 per row for the length in bytes, followed by
the UTF-8 bytes of all rows. An answer is `MOORPRD1`, the number of rows, float64 predictions.
Everything is little-endian. The contract's digest travels in the header `Mooring-Contract`, so
both sides agree on the columns before a byte is read.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from mooring.contract.annotations import LONGEST_CATEGORY
from mooring.contract.columns import Column, Columns, rows_in
from mooring.contract.contract import Contract
from mooring.contract.errors import InvalidWire
from mooring.contract.feature import Feature
from mooring.contract.texts import Texts, texts_of

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


Block = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Packed:
    """Columns as they travel: numbers that follow each other in one block of shape (k, n), each
    column of strings by itself. `size` is in bytes.
    """

    rows: int
    size: int
    parts: tuple[Block | Texts, ...]


@dataclass(frozen=True)
class Run:
    """Features that travel as one part: numbers that follow each other, or one string."""

    names: tuple[str, ...]
    numeric: bool

    @property
    def width(self) -> int:
        """Bytes of a row without its text."""
        return _NUMBER * len(self.names) if self.numeric else _LENGTH


@dataclass(frozen=True)
class Wire:
    """How a contract's columns lie on the wire; keep it where bodies come one at a time."""

    limit: int
    runs: tuple[Run, ...]

    @classmethod
    def of(cls, contract: Contract) -> Wire:
        """The wire of a contract."""
        runs: list[Run] = []
        for numeric, features in groupby(contract.features, lambda feature: feature.numeric):
            names = tuple(feature.name for feature in features)
            runs += [Run(names, True)] if numeric else [Run((name,), False) for name in names]
        return cls(contract.limits.rows, tuple(runs))

    def read(self, body: bytes) -> Packed:
        """Find the columns in a body.

        Raises InvalidWire when the body is cut, too long, or has too many rows.
        """
        rows = _read_head(body, _COLUMNS)
        if not 1 <= rows <= self.limit:
            raise _damaged(f"rows are 1 to {self.limit}")
        parts: list[Block | Texts] = []
        offset = _HEAD.size
        for run in self.runs:
            if run.numeric:
                parts.append(_block_at(body, offset, len(run.names), rows))
                offset += run.width * rows
            else:
                parts.append(texts := _texts_at(body, offset, rows))
                offset += run.width * rows + len(texts.utf8)
        if offset != len(body):
            raise _damaged("bytes are left over after the last column")
        return Packed(rows, offset, tuple(parts))

    def named(self, packed: Packed) -> dict[str, Column | Texts]:
        """The columns by name, in contract order, strings as they came."""
        columns: dict[str, Column | Texts] = {}
        for run, part in zip(self.runs, packed.parts, strict=True):
            if isinstance(part, Texts):
                columns[run.names[0]] = part
            else:
                columns.update(zip(run.names, part, strict=True))
        return columns

    def columns(self, packed: Packed) -> Columns:
        """The columns, each of shape (n,). Raises InvalidWire when a string is not UTF-8."""
        try:
            return {
                name: (
                    np.array(column.strings(), dtype=object)
                    if isinstance(column, Texts)
                    else column
                )
                for name, column in self.named(packed).items()
            }
        except UnicodeDecodeError:
            raise _damaged("a string is not UTF-8") from None


def encode_columns(contract: Contract, columns: Columns) -> bytes:
    """Write columns in the wire format."""
    parts = [_HEAD.pack(_COLUMNS, rows_in(columns))]
    for name in contract.feature_names:
        column = columns[name]
        if column.dtype == object:
            texts = texts_of(column.tolist())
            parts += [texts.lengths.tobytes(), texts.utf8]
        else:
            parts.append(column.astype("<f8", copy=False).tobytes())
    return b"".join(parts)


def decode_columns(contract: Contract, body: bytes) -> Columns:
    """Read columns; raises InvalidWire when the body is cut, too long, or has too many rows."""
    wire = Wire.of(contract)
    return wire.columns(wire.read(body))


def encode_predictions(predictions: NDArray[np.float64]) -> bytes:
    """Write predictions of shape (n,)."""
    return _HEAD.pack(_PREDICTIONS, len(predictions)) + predictions.astype("<f8").tobytes()


def decode_predictions(body: bytes, *, rows: int) -> NDArray[np.float64]:
    """Read predictions; raises InvalidWire unless there is exactly one for each of `rows` rows."""
    if _read_head(body, _PREDICTIONS) != rows:
        raise _damaged("there is not one prediction for each row")
    predictions: NDArray[np.float64] = _block_at(body, _HEAD.size, 1, rows)[0]
    if len(body) != _HEAD.size + _NUMBER * rows:
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


def _block_at(body: bytes, offset: int, columns: int, rows: int) -> Block:
    if offset + _NUMBER * columns * rows > len(body):
        raise _damaged("a column is cut short")
    return np.frombuffer(body, "<f8", columns * rows, offset).reshape(columns, rows)


def _texts_at(body: bytes, offset: int, rows: int) -> Texts:
    start = offset + _LENGTH * rows
    if start > len(body):
        raise _damaged("a column is cut short")
    lengths = np.frombuffer(body, "<u4", rows, offset)
    end = start + int(lengths.sum(dtype=np.uint64))
    if end > len(body):
        raise _damaged("a column is cut short")
    return Texts(lengths, body[start:end])


def _damaged(problem: str) -> InvalidWire:
    return InvalidWire(
        problem,
        place="columnar body",
        cure="Encode it with mooring.contract.wire for this contract",
    )
