"""Training again in memory: what `train` would have stored, and what other labels make of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from mooring.bundle.load import load_model
from mooring.data.columns import columns_from
from mooring.data.dataset import DatasetVersion
from mooring.data.errors import DatasetEmpty
from mooring.training.memory_tracker import MemoryTracker
from mooring.training.plan import TrainingPlan
from mooring.training.refit import refit_of
from mooring.training.train import train


def test_it_answers_as_the_bundle_of_the_same_rows_does(
    plan: TrainingPlan, dataset: DatasetVersion, rows: pl.DataFrame, tmp_path: Path
) -> None:
    bundle = train(plan, dataset, rows, tmp_path, MemoryTracker()).bundle
    columns = columns_from(plan.contract, rows)
    stored = load_model(bundle, runtime="skops").predict(columns)
    assert np.array_equal(refit_of(plan)(rows)(columns), stored)


def test_other_labels_make_another_model(plan: TrainingPlan, rows: pl.DataFrame) -> None:
    columns = columns_from(plan.contract, rows)
    dealt = rows.with_columns(pl.col("is_late").shuffle(seed=1))
    assert not np.array_equal(refit_of(plan)(rows)(columns), refit_of(plan)(dealt)(columns))


def test_a_period_without_rows_is_an_error(plan: TrainingPlan, rows: pl.DataFrame) -> None:
    end = pl.lit(plan.split.fit.end).str.to_date()
    with pytest.raises(DatasetEmpty):
        refit_of(plan)(rows.filter(pl.col("event_time").dt.date() > end))
