"""Chances and labels in cells so narrow that metrics of ranks need no rows any more.

A chance p lies in the cell of arcsin √p: 1,000 of equal width there, since the error of a rate is
the same everywhere on that scale (Anscombe 1948). Near ½ a cell is 0.0016 wide; at both ends it is
finer, 2.5e-6, so that a model of rare events keeps its order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

CELLS = 1_000

# The rows of a table: those without a label that counts, those labelled 0, those labelled 1.
UNLABELLED, NEGATIVE, POSITIVE = range(3)


@dataclass(frozen=True)
class Cells:
    """Rows by cell: unlabelled, negative and positive. Cells without rows are left out."""

    rows: Mapping[int, tuple[int, int, int]] = field(default_factory=dict)

    @classmethod
    def of(cls, chances: Floats, labels: Floats) -> Cells:
        """Of chances and labels 0, 1 or NaN, both of shape (n,); chances are finite."""
        kinds = np.where(np.isnan(labels), UNLABELLED, np.where(labels > 0, POSITIVE, NEGATIVE))
        flat = np.bincount(kinds * CELLS + cell_of(chances), minlength=3 * CELLS)
        return cls.of_table(flat.reshape(3, CELLS))

    @classmethod
    def of_table(cls, table: Counts) -> Cells:
        """Of counts of shape (3, cells)."""
        held = np.flatnonzero(table.any(axis=0))
        triples = map(tuple, table[:, held].T.tolist())
        return cls(dict(zip(held.tolist(), triples, strict=True)))

    def table(self) -> Counts:
        """Counts of shape (3, cells)."""
        table = np.zeros((3, CELLS), dtype=np.int64)
        if self.rows:
            table[:, list(self.rows)] = np.array(list(self.rows.values()), dtype=np.int64).T
        return table

    def __add__(self, other: Cells) -> Cells:
        """Of both rows."""
        return Cells.of_table(self.table() + other.table())


def cell_of(chances: Floats) -> NDArray[np.intp]:
    """The cell of each chance, shape (n,); beyond 0 and 1 the last at that end."""
    angle = np.arcsin(np.sqrt(np.clip(chances, 0.0, 1.0))) * (2.0 / np.pi)
    return np.minimum((angle * CELLS).astype(np.intp), CELLS - 1)


@cache
def centres() -> Floats:
    """The chance in the middle of each cell, shape (cells,)."""
    angles = (np.arange(CELLS) + 0.5) / CELLS * (np.pi / 2.0)
    return np.asarray(np.sin(angles) ** 2)
