"""What a candidate's honesty is judged on: the rows it learned from and those it is judged by."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from mooring.bundle.manifest import Period, TrainingData
from mooring.contract.contract import Contract
from mooring.data.dataset import DatasetVersion, between
from mooring.data.errors import DatasetEmpty

# Enough to see what determines a label, few enough for probes to take a second.
MOST_ROWS = 20_000

SEED = 20130401


@dataclass(frozen=True)
class Hearing:
    """A dataset version with its `rows`, cut as the manifest (`training`) and the gate say."""

    contract: Contract
    training: TrainingData
    dataset: DatasetVersion
    rows: pl.DataFrame
    period: Period

    @cached_property
    def learned(self) -> pl.DataFrame:
        """The rows of the training period as the dataset has them now; perhaps none."""
        try:
            return between(self.rows, self.training.period.start, self.training.period.end)
        except DatasetEmpty:
            return self.rows.clear()

    @cached_property
    def holdout(self) -> pl.DataFrame:
        """The rows of the gate's holdout. Raises DatasetEmpty."""
        return between(self.rows, self.period.start, self.period.end)

    @cached_property
    def sample(self) -> pl.DataFrame:
        """At most MOST_ROWS of both, by chance, the same each time."""
        return sampled(pl.concat([self.learned, self.holdout]))


def sampled(rows: pl.DataFrame, most: int = MOST_ROWS) -> pl.DataFrame:
    """At most so many of the rows, by chance, the same each time, in their order."""
    if len(rows) <= most:
        return rows
    chosen = np.random.default_rng(SEED).choice(len(rows), most, replace=False)
    return rows[np.sort(chosen)]
