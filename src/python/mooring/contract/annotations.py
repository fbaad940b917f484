"""What a feature can say of itself beyond annotated-types (`Ge`, `Gt`, `Le`, `Lt`) and Pydantic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

# Longest category name that is accepted: an unbounded string is a memory attack, and no code of a
# carrier, airport or product is longer.
LONGEST_CATEGORY = 256


class Category:
    """A string out of a fixed list, or, with `open=True`, any string of 1 to 256 characters.

    A closed category refuses what it does not list; an open one serves it and counts it as unseen.
    """

    def __init__(self, *values: str, open: bool = False) -> None:
        if not values and not open:
            raise ValueError("a closed Category needs its values: Category('a', 'b')")
        if "" in values or len(set(values)) != len(values):
            raise ValueError("category values are distinct and not empty")
        self.values = values
        self.open = open

    def __eq__(self, other: object) -> bool:
        same = isinstance(other, Category) and self.open == other.open
        return same and self.values == other.values  # type: ignore[attr-defined]

    def __hash__(self) -> int:
        return hash((self.values, self.open))

    def __repr__(self) -> str:
        return f"Category({', '.join(map(repr, self.values))}, open={self.open})"

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        nullable = handler(source)["type"] == "nullable"
        schema: CoreSchema = (
            core_schema.str_schema(strict=True, min_length=1, max_length=LONGEST_CATEGORY)
            if self.open
            else core_schema.literal_schema(list(self.values))
        )
        return core_schema.nullable_schema(schema) if nullable else schema


@dataclass(frozen=True)
class Unit:
    """The unit a value is measured in, as UCUM or common usage writes it: `Unit("mi")`."""

    symbol: str

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {**handler(schema), "x-unit": self.symbol}


@dataclass(frozen=True)
class Sensitive:
    """Personal or secret: dropped or keyed-hashed in the prediction log, absent from errors."""


@dataclass(frozen=True)
class Cluster:
    """Rows that share this key (a day, a station-hour) are not independent of each other."""

    key: str


@dataclass(frozen=True)
class Seasonal:
    """Varies with the season: shown and attributed by drift monitoring, never alarming."""


@dataclass(frozen=True)
class AvailableAt:
    """The value is known at least this many seconds before the event that is predicted."""

    seconds_before: int
