"""The real flights: counted, and labelled with minutes that a plane can fly."""

from __future__ import annotations

import polars as pl
import pytest

from models.conftest import Flights
from models.flight_time.contract import CONTRACT
from mooring.data.source import Extract


def test_every_flight_that_was_flown_is_an_example_and_the_others_are_counted(
    extracted: Extract,
) -> None:
    assert extracted.left_out == {"cancelled or diverted": 9_430}
    assert len(extracted.rows) + 9_430 == 336_776
    assert extracted.rows["air_time"].null_count() == 0


def test_no_flight_breaks_the_contract(winter: Flights) -> None:
    assert (winter.dataset.rows, winter.dataset.quarantined) == (77_809, 0)
    columns = ("row_id", "event_time", *CONTRACT.feature_names, "air_time", "observed_at")
    assert tuple(winter.rows.columns) == columns


def test_the_label_is_minutes_in_the_air(extracted: Extract) -> None:
    """A plane in the air makes 70 to 710 miles an hour; at the gate or in seconds it does not."""
    speeds = extracted.rows.select(pl.col("distance") / pl.col("air_time") * 60).to_series()
    assert speeds.is_between(70, 710).all()
    assert speeds.median() == pytest.approx(404, abs=5)
