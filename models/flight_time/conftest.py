"""The real flights, read and ingested once for all tests of this model."""

from __future__ import annotations

import pytest

from models.conftest import Flights, ingested_until
from models.flight_time.data import SOURCE, extract
from models.flight_time.pipeline import PLAN
from mooring.data.source import Extract


@pytest.fixture(scope="session")
def extracted() -> Extract:
    """Every flight of 2013 that was flown, as the source gives it."""
    return extract()


@pytest.fixture(scope="session")
def winter(extracted: Extract, tmp_path_factory: pytest.TempPathFactory) -> Flights:
    """What the plan looks at, January to March."""
    folder = tmp_path_factory.mktemp("winter")
    return ingested_until(PLAN.split.holdout.end, SOURCE, extracted, folder)
