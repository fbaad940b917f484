"""A small contract with every kind of feature, and a source whose rows a test can bend."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated

import polars as pl
import pytest
from annotated_types import Ge, Gt, Le, Lt

from mooring.contract.annotations import Category
from mooring.contract.contract import Contract, Prediction
from mooring.contract.features import Features
from mooring.data.source import BatchedExtract, DataSource, Extract

SCHEMA: dict[str, pl.DataType] = {
    "row_id": pl.String(),
    "event_time": pl.Datetime("us", UTC),
    "wind": pl.Float64(),
    "depth": pl.Float64(),
    "hour": pl.Int64(),
    "crew": pl.Int64(),
    "origin": pl.String(),
    "haven": pl.String(),
    "ship": pl.String(),
    "loaded": pl.Boolean(),
    "insured": pl.Boolean(),
    "was_late": pl.Boolean(),
}


class Voyage(Features):
    """A ship's passage."""

    wind: Annotated[float, Ge(-5), Le(60.5)]
    depth: Annotated[float | None, Gt(0), Lt(11_000)]
    hour: Annotated[int, Ge(0), Le(23)]
    crew: int | None
    origin: Annotated[str, Category("EWR", "JFK")]
    haven: Annotated[str | None, Category("north", "süd")]
    ship: Annotated[str, Category(open=True)]
    loaded: bool
    insured: bool | None = None


@pytest.fixture(scope="session")
def contract() -> Contract:
    return Contract.of(
        Voyage,
        name="voyage",
        version="1.0",
        prediction=Prediction(name="late", kind="probability", label="was_late"),
    )


Rows = Callable[..., pl.DataFrame]


@pytest.fixture(scope="session")
def rows() -> Rows:
    """Build good rows, six hours apart: `rows(3, {1: {"hour": 99}})` bends the second one."""
    return _rows


def _rows(count: int, bent: Mapping[int, Mapping[str, object]] | None = None) -> pl.DataFrame:
    start = datetime(2013, 1, 30, tzinfo=UTC)
    made = [
        {
            "row_id": f"voyage {i}",
            "event_time": start + timedelta(hours=6 * i),
            "wind": i / 10,
            "depth": None if i % 3 == 0 else 4.5,
            "hour": i % 24,
            "crew": i,
            "origin": "JFK",
            "haven": "süd",
            "ship": "Aurora",
            "loaded": True,
            "insured": None,
            "was_late": i % 2 == 0,
        }
        | dict((bent or {}).get(i, {}))
        for i in range(count)
    ]
    return pl.DataFrame(made, schema=SCHEMA)


Source = Callable[..., DataSource]


@pytest.fixture(scope="session")
def source(contract: Contract) -> Source:
    """Make a source of the given rows: `source(rows, most_rejected=0.5, left_out={…})`."""

    def build(
        found: pl.DataFrame | Iterable[pl.DataFrame],
        most_rejected: float = 0.01,
        left_out: Mapping[str, int] | None = None,
        known_at: Mapping[str, tuple[str, ...]] | None = None,
    ) -> DataSource:
        told = left_out or {}
        extract = (
            Extract(found, told) if isinstance(found, pl.DataFrame) else BatchedExtract(found, told)
        )
        return DataSource(contract, lambda: extract, most_rejected, known_at or {})

    return build
