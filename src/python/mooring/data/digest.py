"""The identity of rows: the same rows in any order and any batches have one digest, on any machine.

SHA-256 over the schema and then, block by block of the sorted rows, each column's validity and
values. Rows are sorted by event time, row id and, for rows in quarantine may share both, everything
else. Nulls are hashed as nulls whatever lies beneath them, and -0.0 as 0.0.

Blocks have a fixed number of rows, so rows can be hashed as they come from a sort that does not fit
into memory, and the digest does not tell how they came.
"""

from __future__ import annotations

import hashlib

import numpy as np
import polars as pl

from mooring.data.source import EVENT_TIME, ROW_ID

# Part of what the digest is: another number is another digest. A block of 20 columns is 10 MB.
BLOCK_ROWS = 65_536


def in_order(rows: pl.DataFrame) -> pl.DataFrame:
    """The one order of rows that a digest knows: by time, id, and everything else."""
    return rows.sort(EVENT_TIME, ROW_ID, pl.exclude(EVENT_TIME, ROW_ID))


def content_digest(rows: pl.DataFrame) -> str:
    """Hex SHA-256 of the rows' content, in the order of the frame's columns."""
    digest = Digest(rows.schema)
    digest.update(in_order(rows))
    return digest.hexdigest()


class Digest:
    """The content digest of rows that come piece by piece, in order."""

    def __init__(self, schema: pl.Schema) -> None:
        told = "|".join(f"{name}:{dtype}" for name, dtype in schema.items())
        self._hash = hashlib.sha256(f"{len(told)}|{told}".encode())
        self._open = pl.DataFrame(schema=schema)

    def update(self, rows: pl.DataFrame) -> None:
        """Take the next rows, which follow in order upon those before."""
        pending = pl.concat([self._open, rows])
        whole = len(pending) - len(pending) % BLOCK_ROWS
        for start in range(0, whole, BLOCK_ROWS):
            self._block(pending[start : start + BLOCK_ROWS])
        self._open = _compact(pending[whole:])

    def hexdigest(self) -> str:
        """The digest of all rows so far; nothing may follow."""
        self._block(self._open)
        return self._hash.hexdigest()

    def _block(self, rows: pl.DataFrame) -> None:
        self._hash.update(f"|{rows.height}|".encode())
        for column in rows.rechunk():
            self._hash.update(np.packbits(column.is_not_null().to_numpy()).tobytes())
            self._hash.update(_bytes(column))


def _compact(rows: pl.DataFrame) -> pl.DataFrame:
    """Copied: a few rows out of many would keep the text of all of them in memory."""
    return pl.DataFrame(pl.from_arrow(rows.to_arrow()), schema=rows.schema)


def _bytes(column: pl.Series) -> bytes:
    if column.dtype == pl.String:
        filled = column.fill_null("")
        lengths = filled.str.len_bytes().to_numpy().astype("<u8").tobytes()
        return lengths + "".join(filled).encode()
    if column.dtype.is_float():
        return bytes((column.fill_null(0.0).to_numpy().astype("<f8") + 0.0).tobytes())
    return bytes(
        column.to_physical().cast(pl.Int64).fill_null(0).to_numpy().astype("<i8").tobytes()
    )
