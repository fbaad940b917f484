"""A small plan over made-up trips: every promise of training in a tenth of a second."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

import numpy as np
import polars as pl
import pytest
from annotated_types import Ge, Le
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OrdinalEncoder

from mooring.bundle.manifest import Period
from mooring.contract.annotations import Category
from mooring.contract.contract import Contract, Prediction
from mooring.contract.features import Features
from mooring.data.dataset import DatasetVersion
from mooring.data.digest import content_digest
from mooring.training.plan import TimeSplit, TrainingPlan

ROWS = 600


class Trip(Features):
    """One trip."""

    carrier: Annotated[str, Category("AA", "UA")]
    hour: Annotated[int, Ge(0), Le(23)]
    stops: Annotated[int | None, Ge(0), Le(9)]
    temp: Annotated[float | None, Ge(-80.0), Le(140.0)] = None


@pytest.fixture(scope="session")
def contract() -> Contract:
    late = Prediction(name="late", kind="probability", label="is_late")
    return Contract.of(Trip, name="trip", version="1.0", prediction=late)


def pipeline(seed: int) -> Pipeline:
    """Unfitted trees over an ordinal carrier."""
    columns = make_column_transformer((OrdinalEncoder(), ["carrier"]), remainder="passthrough")
    trees = HistGradientBoostingClassifier(
        max_iter=8, min_samples_leaf=5, early_stopping=False, random_state=seed
    )
    return Pipeline([("columns", columns), ("trees", trees)])


@pytest.fixture(scope="session")
def plan(contract: Contract) -> TrainingPlan:
    """Two weeks to fit, a week to calibrate, the rest to judge."""
    split = TimeSplit(
        fit=Period(start="2013-01-01", end="2013-01-14"),
        calibrate=Period(start="2013-01-15", end="2013-01-21"),
        holdout=Period(start="2013-01-22", end="2013-01-31"),
    )
    return TrainingPlan(contract, pipeline, split, owner="tests@mooring.invalid")


@pytest.fixture(scope="session")
def rows(contract: Contract) -> pl.DataFrame:
    """Trips of January, late when they leave in the evening, more or less."""
    draw = np.random.default_rng(7)
    start = datetime(2013, 1, 1, tzinfo=UTC)
    hours = draw.integers(0, 24, ROWS)
    temps = draw.normal(40, 12, ROWS).round(1).tolist()
    return pl.DataFrame(
        {
            "row_id": [f"{i:04}" for i in range(ROWS)],
            "event_time": [start + timedelta(hours=i * 30 * 24 / ROWS) for i in range(ROWS)],
            "carrier": draw.choice(["AA", "UA"], ROWS).tolist(),
            "hour": hours,
            "stops": [None if i % 7 == 0 else i % 3 for i in range(ROWS)],
            "temp": [None if i % 9 == 0 else temp for i, temp in enumerate(temps)],
            "is_late": hours + draw.normal(0, 5, ROWS) > 15,
        }
    )


@pytest.fixture(scope="session")
def dataset(rows: pl.DataFrame) -> DatasetVersion:
    return DatasetVersion(
        name="trip", sha256=content_digest(rows), rows=len(rows), start="2013-01-01",
        end="2013-01-30", uri="/data/trip", version=3,
    )  # fmt: skip
