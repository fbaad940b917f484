"""Rows of many requests below each other, to be counted together.

They are copied while the request is at hand. Kept as they came, they would be fetched back from
memory object by object, which takes several times as long.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mooring.contract.texts import Texts
from mooring.contract.wire import Packed, Wire

# A pass over fifteen features costs 200 µs even for one row, and 0.2 µs a row for so many, in which
# the event loop stands still for 2 ms. Of wide rows fewer make a pass.
MOST_ROWS, LEAST_ROWS = 8_192, 64
MOST_BYTES = 1 << 21


def room_of(wire: Wire) -> int:
    """Rows that are gathered before they are counted."""
    row = sum(run.width for run in wire.runs)
    return max(LEAST_ROWS, min(MOST_ROWS, MOST_BYTES // row))


class Gathered:
    """Rows of one wire with their predictions, as far as there is room."""

    def __init__(self, wire: Wire) -> None:
        self._room = room_of(wire)
        self.rows = self._size = 0
        self._predictions = bytearray()
        # A block or _Strings, as are the parts of whatever comes.
        self._parts: list[Any] = [
            np.empty((len(run.names), self._room)) if run.numeric else _Strings()
            for run in wire.runs
        ]

    def add(self, packed: Packed, predictions: NDArray[np.float64]) -> bool:
        """Copy rows; False where there is no room for them. Once it has raised, `clear` all."""
        first, rows, size = self.rows, self.rows + packed.rows, self._size + packed.size
        if rows > self._room or size > MOST_BYTES:
            return False
        for mine, part in zip(self._parts, packed.parts, strict=True):
            if isinstance(part, Texts):
                mine.lengths.extend(part.lengths)
                mine.utf8.extend(part.utf8)
            else:
                mine[:, first:rows] = part
        self._predictions += predictions.tobytes()  # a model may answer with every other number
        self.rows, self._size = rows, size
        return True

    def packed(self) -> tuple[Packed, NDArray[np.float64]]:
        """All rows and their predictions; the numbers are valid until more are added."""
        parts = tuple(
            mine.texts() if isinstance(mine, _Strings) else mine[:, : self.rows]
            for mine in self._parts
        )
        return Packed(self.rows, self._size, parts), np.frombuffer(bytes(self._predictions))

    def clear(self) -> None:
        """Let go of all rows."""
        self.rows = self._size = 0
        self._predictions.clear()
        for mine in self._parts:
            if isinstance(mine, _Strings):
                mine.lengths.clear()
                mine.utf8.clear()


@dataclass(frozen=True, slots=True)
class _Strings:
    """No arrays: to put a few bytes behind others takes an array four times as long."""

    lengths: bytearray = field(default_factory=bytearray)
    utf8: bytearray = field(default_factory=bytearray)

    def texts(self) -> Texts:
        return Texts(np.frombuffer(bytes(self.lengths), "<u4"), bytes(self.utf8))
