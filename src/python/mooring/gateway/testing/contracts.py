"""A small contract with every kind of feature, and rows that it accepts."""

from __future__ import annotations

from typing import Annotated, Any

from annotated_types import Ge, Gt, Le

from mooring.contract.annotations import Category, Unit
from mooring.contract.contract import Contract, Limits, Prediction
from mooring.contract.features import Features

BUNDLE = "b" * 64
VERSION = 3


class Voyage(Features):
    """A ship's passage from one port to another."""

    origin: Annotated[str, Category("EWR", "JFK", "LGA")]
    ship: Annotated[str, Category(open=True)]
    hour: Annotated[int, Ge(0), Le(23)]
    wind: Annotated[float | None, Gt(-1.0), Unit("m/s")]
    haven: Annotated[str | None, Category("north", "south")] = None
    loaded: bool


CONTRACT = Contract.of(
    Voyage,
    name="voyage_delay",
    version="1.0",
    prediction=Prediction(name="late", kind="probability", label="was_late"),
    limits=Limits(rows=1_000, bytes=1_048_576, deadline_seconds=2.0),
)

ROW: dict[str, Any] = {
    "origin": "JFK",
    "ship": "Aurora",
    "hour": 7,
    "wind": 2.5,
    "haven": None,
    "loaded": True,
}
