"""Examples for `flight_time`: real departures, and the minutes they were in the air."""

from __future__ import annotations

import polars as pl

from models.flight_time.contract import CONTRACT
from models.nycflights import departures, landings
from mooring.data.source import DataSource, Extract

WEATHER = ("temp",)


def extract() -> Extract:
    """Read every scheduled departure; those without a time in the air are left out."""
    flights = departures(WEATHER)
    flown = flights.filter(pl.col("air_time").is_not_null())
    return Extract(flown, {"cancelled or diverted": len(flights) - len(flown)})


SOURCE = DataSource(CONTRACT, extract, known_at={"observed_at": WEATHER}, labelled_at=landings)
