"""Which row ids are not unique, over more rows than fit into memory."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mooring.data.runs import Runs
from mooring.data.source import ROW_ID


class Ids:
    """Remembers 8 bytes of each row id; what they suspect is confirmed by the ids themselves."""

    def __init__(self) -> None:
        self._hashes: list[NDArray[np.uint64]] = []

    def add(self, rows: pl.DataFrame) -> None:
        """Take the ids of the next rows; a row without one has nothing to share."""
        self._hashes.append(self.hashes(rows[ROW_ID].drop_nulls()))

    def repeated(self, runs: Runs) -> pl.Series:
        """The ids that more than one row has; `runs` holds the rows that were added.

        Two ids of one hash are told apart, so that no row is accused for another's.
        """
        suspected = self._suspected()
        if not len(suspected):
            return pl.Series(ROW_ID, dtype=pl.String)
        found = pl.concat(list(self._ids_of(runs, suspected)))
        return found.filter(found.is_duplicated()).unique()

    def _suspected(self) -> NDArray[np.uint64]:
        hashes = np.concatenate(self._hashes) if self._hashes else np.empty(0, np.uint64)
        self._hashes = []
        hashes.sort()
        return np.unique(hashes[1:][hashes[1:] == hashes[:-1]])

    def _ids_of(self, runs: Runs, suspected: NDArray[np.uint64]) -> Iterator[pl.Series]:
        for rows in runs.unordered(ROW_ID):
            ids = rows[ROW_ID].drop_nulls()
            yield ids.filter(pl.Series(np.isin(self.hashes(ids), suspected)))

    def hashes(self, ids: pl.Series) -> NDArray[np.uint64]:
        """64 bits of each id; they need agree within this process alone."""
        return ids.hash().to_numpy()
