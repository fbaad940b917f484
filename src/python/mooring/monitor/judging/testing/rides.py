"""A made-up model for tests: how likely a ride is late, from features of every kind.

Days are dealt around a mean of their own in `wind`, which is clustered, and in nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mooring.contract.columns import NULL_STRING, Columns
from mooring.contract.contract import Contract, Prediction
from mooring.contract.feature import Feature
from mooring.drift.reference import Reference, reference_of

Floats = NDArray[np.float64]
Change = Callable[[pl.DataFrame], pl.DataFrame]

FEATURES = (
    Feature(name="distance", kind="float", gt=0.0, le=1e9, example=3.0),
    Feature(name="rain", kind="float", nullable=True, ge=0.0, le=1e9, example=0.0),
    Feature(name="wind", kind="float", ge=-1e9, le=1e9, cluster="day", example=1.0),
    Feature(name="heat", kind="float", ge=-1e9, le=1e9, cluster="day", seasonal=True, example=1.0),
    Feature(name="town", kind="string", open=True, example="north"),
    Feature(name="paid", kind="boolean", example=True),
    Feature(name="wheels", kind="integer", ge=0, le=9, example=4),
    Feature(name="rider", kind="string", open=True, sensitive=True, example="somebody"),
)
TOWNS = np.array(["north", "south", "east", "west"], dtype=object)
FIRST = date(2026, 3, 2)
REFERENCE_DAYS = 17


def contract(kind: Literal["probability", "number"] = "probability") -> Contract:
    """What the model promises."""
    return Contract(
        name="rides",
        version="1.0",
        features=FEATURES,
        prediction=Prediction(name="late", kind=kind, label="was_late"),
    )


@dataclass(frozen=True)
class Rides:
    """Where rides come from: `rows` a day, and what is done to each day's frame."""

    rows: int = 400
    kind: Literal["probability", "number"] = "probability"
    seed: int = 1
    version: int = 3
    change: Change = lambda frame: frame

    def day(self, day: date) -> pl.DataFrame:
        """The joined rows of a day, as the tables give them."""
        chance = np.random.default_rng([self.seed, day.toordinal()])
        n = self.rows
        distance = chance.gamma(2.0, 3.0, n)
        prediction, label = _answers(self.kind, chance, distance)
        frame = pl.DataFrame({
            "prediction_id": [f"{day:%y%m%d}{self.seed:04x}{row:08x}-0" for row in range(n)],
            "version": [self.version] * n,
            "bundle": ["b" * 64] * n,
            "contract": [contract(self.kind).digest] * n,
            "role": ["champion"] * n,
            "at": _times(day, n),
            "caller": ["somebody"] * n,
            "prediction": prediction,
            "distance": distance,
            "rain": np.where(chance.random(n) < 0.8, 0.0, chance.exponential(1.0, n)),
            "wind": chance.normal(chance.normal(0.0, 1.0), 0.3, n),
            "heat": chance.normal(chance.normal(0.0, 1.0), 0.3, n),
            "town": chance.choice(TOWNS, n, p=[0.4, 0.3, 0.2, 0.1]).tolist(),
            "paid": chance.random(n) < 0.5,
            "wheels": [4] * n,
            "label": label,
            "state": ["held"] * n,
        })  # fmt: skip
        return self.change(frame)

    def days(self, first: date, count: int) -> Iterator[pl.DataFrame]:
        """The frames of so many days."""
        return (self.day(first + timedelta(days=offset)) for offset in range(count))

    def that(self, change: Change) -> Rides:
        """The same rides, changed further."""
        return replace(self, change=lambda frame: change(self.change(frame)))

    def reference(self, days: int = REFERENCE_DAYS) -> Reference:
        """What a model would have frozen before `FIRST`."""
        rows = pl.concat(self.days(FIRST - timedelta(days=days), days))
        p, y = rows["prediction"].to_numpy(), rows["label"].to_numpy()
        at = rows["at"].dt.date().to_numpy()
        return reference_of(contract(self.kind), columns_of(rows), p, at, (p, y))


def columns_of(rows: pl.DataFrame) -> Columns:
    """Columns of the features, as training has them."""
    rider = np.full(len(rows), "somebody", dtype=object)
    texts = {"town": np.array(rows["town"].fill_null(NULL_STRING).to_list(), dtype=object)}
    numbers = {
        f.name: rows[f.name].cast(pl.Float64).to_numpy() for f in FEATURES if f.kind != "string"
    }
    return {f.name: {**numbers, **texts, "rider": rider}[f.name] for f in FEATURES}


def _answers(
    kind: str, chance: np.random.Generator, distance: Floats
) -> tuple[Floats, Floats]:  # fmt: skip
    if kind == "number":
        minutes = 5.0 + 4.0 * distance
        return minutes, minutes + chance.normal(0.0, 1.0 + minutes / 10.0)
    late = 1.0 / (1.0 + np.exp(2.5 - 0.3 * distance))
    return late, (chance.random(len(late)) < late).astype(np.float64)


def _times(day: date, rows: int) -> pl.Series:
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    at = [start + timedelta(seconds=86_399 * row / max(1, rows)) for row in range(rows)]
    return pl.Series(at, dtype=pl.Datetime("ms", "UTC"))
