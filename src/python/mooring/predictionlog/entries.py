"""Entries: what a gateway hands over, still as it has it, and how it becomes frames.

Handing over copies nothing. Encoding happens later, beside the event loop, in parts of at most 256
rows: one call of the encoder holds the interpreter, and nothing else runs meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np
import orjson
from numpy.typing import NDArray

from mooring.contract.columns import Columns
from mooring.predictionlog.context import Context, Log
from mooring.predictionlog.records import Labels
from mooring.predictionlog.sensitive import hashed

# 256 rows of a dozen features take a quarter of a millisecond to encode.
_ROWS = 256
_VALUES = 4_096

# What an array takes, an id and a prediction, and a value at a guess (strings are longer, numbers
# shorter), until the encoded frame says what it really is.
_COLUMN_BYTES, _ROW_BYTES, _VALUE_BYTES = 128, 160, 24


class Stream(NamedTuple):
    """What is counted by itself: one log of one model."""

    log: Log
    model: str


class Part(NamedTuple):
    """The content of one frame."""

    context: Context
    rows: int
    payload: bytes


class Entry(Protocol):
    """Some records of one stream; `size` estimates the bytes that they take in memory."""

    @property
    def stream(self) -> Stream: ...
    @property
    def rows(self) -> int: ...
    @property
    def size(self) -> int: ...
    def parts(self) -> Iterator[Part]:
        """The records, encoded."""


@dataclass(frozen=True)
class PredictionEntry:
    """The predictions of one request; see `records.Predictions` for units and shapes.

    `key` is what sensitive features are hashed with.
    """

    context: Context
    ids: Sequence[str]
    at: int
    seconds: float
    trace: str
    caller: str
    protocol: str
    values: NDArray[np.float64]
    columns: Columns
    key: bytes = b""

    @property
    def stream(self) -> Stream:
        return Stream(self.context.log, self.context.model)

    @property
    def rows(self) -> int:
        return len(self.values)

    @property
    def size(self) -> int:
        columns = len(self.columns)
        return _COLUMN_BYTES * (columns + 1) + self.rows * (_ROW_BYTES + _VALUE_BYTES * columns)

    def parts(self) -> Iterator[Part]:
        """The predictions as JSON, a few hundred rows at a time."""
        step = max(1, min(_ROWS, _VALUES // (len(self.context.columns) or 1)))
        stem = _stem(self.ids)
        for first in range(0, self.rows, step):
            rows = slice(first, first + step)
            ids = {"stem": stem, "first": first} if stem else {"ids": list(self.ids[rows])}
            yield Part(self.context, len(self.values[rows]), self._payload(ids, rows))

    def _payload(self, ids: dict[str, Any], rows: slice) -> bytes:
        document = {
            **ids,
            "at": self.at,
            "seconds": round(self.seconds, 6),
            "trace": self.trace,
            "caller": self.caller,
            "protocol": self.protocol,
            "values": self.values[rows].tolist(),
            "columns": self._columns(rows),
        }
        # NaN becomes null, which is what it means in a column.
        return orjson.dumps(document)

    def _columns(self, rows: slice) -> list[Sequence[Any]]:
        kept: list[Sequence[Any]] = []
        for feature in self.context.columns:
            column = self.columns[feature.name][rows].tolist()
            if feature.treatment == "hashed":
                kept.append(hashed(self.key, feature.name, column))
            elif feature.kind == "string":
                kept.append([text or None for text in column])
            else:
                kept.append(column)
        return kept


@dataclass(frozen=True)
class LabelEntry:
    """Labels of one request."""

    labels: Labels

    @property
    def stream(self) -> Stream:
        return Stream(self.labels.context.log, self.labels.context.model)

    @property
    def rows(self) -> int:
        return len(self.labels.ids)

    @property
    def size(self) -> int:
        return 256 * self.rows

    def parts(self) -> Iterator[Part]:
        """The labels as JSON; a request has at most a thousand."""
        yield Part(self.labels.context, self.rows, self.labels.payload())


def _stem(ids: Sequence[str]) -> str:
    """What the ids have in common, where they are a stem and the number of their row."""
    stem = ids[0].rpartition("-")[0]
    last = len(ids) - 1
    return stem if ids[0] == f"{stem}-0" and ids[last] == f"{stem}-{last}" else ""
