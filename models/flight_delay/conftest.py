"""The real flights, read and ingested once for all tests of this model."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from models.conftest import Flights, ingested_until
from models.flight_delay.data import SOURCE, extract
from models.flight_delay.pipeline import PLAN
from mooring.data.ingest import Ingested, ingest
from mooring.data.source import Extract


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
    """What the plan looks at, January to March."""
    folder = tmp_path_factory.mktemp("winter")
    return ingested_until(PLAN.split.holdout.end, SOURCE, extracted, folder)
