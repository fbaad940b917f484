"""One small contract with every kind of feature, and a row that keeps it."""

from __future__ import annotations

import os
from typing import Annotated, Any

import pytest
from annotated_types import Ge, Gt, Le
from hypothesis import HealthCheck, settings

from mooring.contract.annotations import Category, Unit
from mooring.contract.contract import Contract, Limits, Prediction
from mooring.contract.features import Features
from mooring.contract.request import RequestSchema

MOST_ROWS = 3

# Tests share their machine with builds: how long one example takes says nothing. At night there are
# more examples.
settings.register_profile(
    "shared",
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
    max_examples=int(os.environ.get("MOORING_EXAMPLES", "100")),
)
settings.load_profile("shared")


class Voyage(Features):
    """One crossing."""

    line: Annotated[str, Category("north", "south")]
    ship: Annotated[str, Category(open=True)]
    hour: Annotated[int, Ge(0), Le(23)]
    miles: Annotated[float, Gt(0), Unit("nmi")]
    loaded: bool
    wind: Annotated[float | None, Ge(0)] = None
    crew: Annotated[int | None, Ge(1), Le(2**53)]
    berth: Annotated[str | None, Category("a", "b")] = None


@pytest.fixture(scope="session")
def contract() -> Contract:
    """A contract of eight features, four of them as strict as they come."""
    return Contract.of(
        Voyage,
        name="voyage_delay",
        version="1.0",
        prediction=Prediction(name="late", kind="probability", label="late"),
        limits=Limits(rows=MOST_ROWS),
    )


@pytest.fixture(scope="session")
def schema(contract: Contract) -> RequestSchema:
    """The request model of that contract."""
    return RequestSchema(contract)


@pytest.fixture
def row() -> dict[str, Any]:
    """A row that keeps the contract, to be changed by the test at will."""
    return {
        "line": "north", "ship": "Ariel", "hour": 17, "miles": 120.5, "loaded": True,
        "wind": 8.0, "crew": 12, "berth": None,
    }  # fmt: skip
