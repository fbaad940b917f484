"""Examples for `flight_delay`: real departures, and whether they arrived late."""

from __future__ import annotations

import polars as pl

from models.flight_delay.contract import CONTRACT
from models.nycflights import departures, landings
from mooring.data.source import DataSource, Extract

LATE_MINUTES = 15

WEATHER = ("temp", "dewp", "humid", "wind_speed", "precip", "pressure", "visib")


def extract() -> Extract:
    """Read every scheduled departure; those that never arrived have no label and are left out."""
    flights = departures(WEATHER)
    landed = flights.filter(pl.col("arr_delay").is_not_null())
    examples = landed.with_columns(late=pl.col("arr_delay") > LATE_MINUTES)
    return Extract(examples, {"cancelled or diverted": len(flights) - len(landed)})


SOURCE = DataSource(CONTRACT, extract, known_at={"observed_at": WEATHER}, labelled_at=landings)
