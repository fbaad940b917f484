"""A thin year of flights that are made up: what the loop does in seconds."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.pipeline import Pipeline

from models.flight_time.contract import CONTRACT
from models.flight_time.gate import GATE
from models.flight_time.pipeline import PLAN
from mooring.data.columns import columns_from
from tests.loop.closed import Loop
from tests.loop.fits import Fits
from tests.loop.settings import SETTINGS
from tests.loop.year import Year

DAILY = 80


@pytest.fixture(scope="session")
def thin(tmp_path_factory: pytest.TempPathFactory) -> Loop:
    """Every day 80 flights, whose minutes are an eighth of their miles, give or take three."""
    year = _year()
    settings = replace(SETTINGS["flight_time"], cooldown_days=28)
    return Loop(year, Fits(year, tmp_path_factory.mktemp("fits")), settings)


def _year() -> Year:
    chance = np.random.default_rng(7)
    size = 365 * DAILY
    first = datetime(2013, 1, 1, tzinfo=UTC)
    distance = chance.uniform(100.0, 2_500.0, size)
    minutes = distance / 8.0 + chance.normal(0.0, 3.0, size)
    step = timedelta(days=1) / DAILY
    rows = pl.DataFrame({
        "carrier": ["UA"] * size,
        "origin": chance.choice(["EWR", "JFK", "LGA"], size),
        "dest": chance.choice(["LAX", "BOS"], size),
        "distance": distance,
        "hour": chance.integers(0, 24, size),
        "temp": chance.uniform(20.0, 90.0, size),
        "air_time": minutes,
        "event_time": [first + step * number for number in range(size)],
        "row_id": [f"{number:06}" for number in range(size)],
    })  # fmt: skip
    return Year(
        model="flight_time",
        plan=replace(PLAN, pipeline=_pipeline),
        gate=GATE,
        rows=rows,
        columns=columns_from(CONTRACT, rows),
        day=rows["event_time"].to_numpy().astype("datetime64[D]"),
        labels=minutes,
        scores=distance / 8.0,
    )


def _pipeline(seed: int) -> Pipeline:
    numbers = ColumnTransformer([("number", "passthrough", ["distance", "temp"])])
    trees = HistGradientBoostingRegressor(max_iter=20, learning_rate=0.2, random_state=seed)
    return Pipeline([("features", numbers), ("trees", trees)])
