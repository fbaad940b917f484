"""The identity of rows: the same rows in any order have one digest, on any machine.

SHA-256 over names, types, validity and values, column by column, of the rows sorted by event time,
row id and, for rows in quarantine may share both, everything else. Nulls are hashed as nulls
whatever lies beneath them, and -0.0 as 0.0.
"""

from __future__ import annotations

import hashlib

import numpy as np
import polars as pl

from mooring.data.source import EVENT_TIME, ROW_ID


def content_digest(rows: pl.DataFrame) -> str:
    """Hex SHA-256 of the rows' content, in the order of the frame's columns."""
    ordered = rows.sort(EVENT_TIME, ROW_ID, pl.exclude(EVENT_TIME, ROW_ID))
    digest = hashlib.sha256(str(ordered.height).encode())
    for column in ordered:
        digest.update(f"|{column.name}:{column.dtype}|".encode())
        digest.update(np.packbits(column.is_not_null().to_numpy()).tobytes())
        digest.update(_bytes(column))
    return digest.hexdigest()


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
