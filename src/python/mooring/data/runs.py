"""Rows in order that need not fit into memory: sorted runs on disk, merged by slices of time.

Rows are gathered to a run of bounded size, sorted, and spilled to a Parquet file. Instants that are
sampled from every run tell where to cut time, so that a slice, the rows of all runs between two
cuts, is bounded too. Slices follow each other in time, so each sorted alone they are all in order.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import polars as pl

from mooring.data.digest import in_order
from mooring.data.source import EVENT_TIME

# What one run may hold, and about what a slice does. Sorting takes some three times of it.
RUN_BYTES = 64 * 2**20

# A slice is cut to within this many rows of every run; small enough to be read alone.
_SAMPLE_ROWS = 4_096


@dataclass(frozen=True)
class _Run:
    """A spilled run: where it lies, and every so many rows the event time of the next."""

    path: Path
    sample: pl.Series


class Runs:
    """Takes rows in any order, gives them back in the digest's order.

    All rows of one instant are in one slice, so that many must fit into memory.
    """

    def __init__(self, folder: Path, run_bytes: int = RUN_BYTES) -> None:
        self._folder = folder
        self._run_bytes = run_bytes
        self._gathered: list[pl.DataFrame] = []
        self._held = 0
        self._spilled: list[_Run] = []
        self.rows = 0

    def add(self, rows: pl.DataFrame) -> None:
        """Take rows; those that fill a run are spilled."""
        self.rows += len(rows)
        width = max(1, int(rows.estimated_size()) // max(1, len(rows)))
        for piece in rows.iter_slices(max(1, self._run_bytes // width)):
            self._gathered.append(piece)
            self._held += len(piece) * width
            if self._held >= self._run_bytes:
                self._spill()

    def unordered(self, *columns: str) -> Iterator[pl.DataFrame]:
        """Some columns of all rows, run by run."""
        for run in self._spilled:
            yield pl.read_parquet(run.path, columns=list(columns))
        yield from (rows.select(columns) for rows in self._gathered)

    def in_order(self) -> Iterator[pl.DataFrame]:
        """All rows, piece by piece, in order; nothing where there are none."""
        if self._spilled and self._gathered:
            self._spill()
        if not self._spilled:
            yield from [in_order(pl.concat(self._gathered))] if self._gathered else []
            return
        runs = pl.scan_parquet([run.path for run in self._spilled])
        for between in self._slices():
            rows = runs.filter(between).collect()
            if not rows.is_empty():
                yield in_order(rows)

    def _spill(self) -> None:
        run = pl.concat(self._gathered).sort(EVENT_TIME)
        path = self._folder / f"run-{len(self._spilled):05}.parquet"
        run.write_parquet(path, compression="lz4", row_group_size=_SAMPLE_ROWS)
        sample = run[EVENT_TIME].drop_nulls().gather_every(_SAMPLE_ROWS)
        self._spilled.append(_Run(path, sample))
        self._gathered, self._held = [], 0

    def _slices(self) -> Iterator[pl.Expr]:
        """Conditions on event time that part all rows, in order: first those without a time."""
        at = pl.col(EVENT_TIME)
        cuts = self._cuts()
        yield at.is_null()
        if not cuts:
            return
        for start, end in pairwise(cuts):
            yield (at >= start) & (at < end)
        yield at >= cuts[-1]

    def _cuts(self) -> list[datetime]:
        """Distinct instants with about a run of rows between two; the first is the earliest."""
        samples = pl.concat([run.sample for run in self._spilled]).sort()
        cuts = samples.gather_every(max(1, len(samples) // len(self._spilled)))
        return cuts.unique(maintain_order=True).to_list()
