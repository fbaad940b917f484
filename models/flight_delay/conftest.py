"""The real flights, read and ingested once for all tests of this model."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl
import pytest

from models.flight_delay.contract import CONTRACT
from models.flight_delay.data import SOURCE, extract
from models.flight_delay.pipeline import PLAN
from mooring.data.dataset import DatasetVersion, read_version
from mooring.data.ingest import Ingested, ingest, table_of
from mooring.data.source import Extract


@dataclass(frozen=True)
class Flights:
    """A dataset version with its rows."""

    dataset: DatasetVersion
    rows: pl.DataFrame


@pytest.fixture(scope="session")
def extracted() -> Extract:
    """Every departure of 2013, as the source gives it."""
    return extract()


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="session")
def ingested(extracted: Extract, data: Path) -> Ingested:
    """The whole year as a dataset version."""
    return ingest(replace(SOURCE, extract=lambda: extracted), data)


@pytest.fixture(scope="session")
def winter(extracted: Extract, tmp_path_factory: pytest.TempPathFactory) -> Flights:
    """What the plan looks at, January to March: enough to train on and a quarter of the work."""
    end = pl.lit(PLAN.split.holdout.end).str.to_date()
    rows = extracted.rows.filter(pl.col("event_time").dt.date() <= end)
    folder = tmp_path_factory.mktemp("winter")
    ingest(replace(SOURCE, extract=lambda: Extract(rows)), folder)
    return Flights(*read_version(table_of(folder, CONTRACT.name)))
