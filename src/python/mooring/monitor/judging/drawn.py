"""A few rows of a day, the same ones whoever draws them: those whose ids have the smallest hashes.

Bottom-k sampling (Cohen & Kaplan 2007): the smallest of two parts' smallest are the smallest of
both, so that it merges like a sum, in any order.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

# Of one day, as many as a reference keeps of a block.
MOST_ROWS = 100

Hashes = NDArray[np.uint64]

# Multipliers and shifts of splitmix64 (Steele, Lea & Flood 2014): all bits depend on all.
_SHIFTS = (30, 27, 31)
_FACTORS = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))
_STEP = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class Drawn:
    """Rows as (hash of the id, code of the bin of each feature), the smallest hash first."""

    rows: tuple[tuple[int, tuple[int, ...]], ...] = ()

    @classmethod
    def of(cls, rows: Iterable[tuple[int, tuple[int, ...]]]) -> Drawn:
        """The smallest of rows in any order; a row that comes twice is one row."""
        return cls(tuple(sorted(set(rows))[:MOST_ROWS]))

    def __add__(self, other: Drawn) -> Drawn:
        """The smallest of both."""
        return Drawn.of((*self.rows, *other.rows))

    @property
    def codes(self) -> NDArray[np.float64]:
        """Codes of shape (rows, features)."""
        return np.array([codes for _, codes in self.rows], dtype=np.float64)


def hashes(ids: pl.Series) -> Hashes:
    """A number for each id, shape (n,): the same on every machine and in every batch."""
    texts = np.array(ids.cast(pl.Binary).to_list(), dtype=np.bytes_)
    width = -(-texts.itemsize // 8) * 8
    words = texts.astype(f"S{width}").view("<u8").reshape(len(texts), -1)
    found = np.zeros(len(texts), dtype=np.uint64)
    for column in words.T:
        # Padding changes nothing, so that the longest id of a batch does not matter.
        found = np.where(column > 0, _mixed(found ^ column), found)
    return found


def smallest(found: Hashes) -> NDArray[np.intp]:
    """The places of the smallest hashes, in no order."""
    if len(found) <= MOST_ROWS:
        return np.arange(len(found))
    return np.argpartition(found, MOST_ROWS)[:MOST_ROWS]


def _mixed(values: Hashes) -> Hashes:
    with np.errstate(over="ignore"):
        mixed = values + _STEP
        for shift, factor in zip(_SHIFTS, _FACTORS, strict=False):
            mixed = (mixed ^ (mixed >> np.uint64(shift))) * factor
    return np.asarray(mixed ^ (mixed >> np.uint64(_SHIFTS[-1])))
