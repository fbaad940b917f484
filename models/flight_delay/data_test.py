"""The real flights: counted, labelled, and joined with weather that was known in time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from models.flight_delay.contract import CONTRACT
from models.flight_delay.data import SOURCE, WEATHER, _flights, _raw_data, _weather, join_weather
from mooring.data.dataset import read_version
from mooring.data.errors import TooManyRejected
from mooring.data.ingest import Ingested, ingest, quarantine_of, table_of
from mooring.data.source import Extract

NOON = datetime(2013, 1, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
# Five hours of the 26th are missing at every station.
GAP = (datetime(2013, 10, 25, tzinfo=UTC), datetime(2013, 10, 27, tzinfo=UTC))


def test_every_flight_of_2013_that_landed_is_an_example(ingested: Ingested) -> None:
    dataset = ingested.dataset
    assert dataset.rows == 327_346
    assert dataset.quarantined == 0
    assert dataset.left_out == {"cancelled or diverted": 9_430}
    assert dataset.rows + dataset.left_out["cancelled or diverted"] == 336_776
    # The last departures of the year are of the next day in UTC.
    assert (dataset.start, dataset.end) == ("2013-01-01", "2014-01-01")


def test_ingesting_the_flights_again_is_a_no_op(ingested: Ingested, data: Path) -> None:
    again = ingest(SOURCE, data)
    assert not again.written
    assert again.dataset == ingested.dataset


def test_what_is_ingested_holds_the_contract_and_when_the_weather_was_known(
    ingested: Ingested, data: Path
) -> None:
    _, rows = read_version(table_of(data, CONTRACT.name))
    features = CONTRACT.feature_names
    assert tuple(rows.columns) == ("row_id", "event_time", *features, "late", "observed_at")
    assert rows["row_id"].n_unique() == len(rows) == ingested.dataset.rows


def test_late_is_more_than_fifteen_minutes_after_schedule(extracted: Extract) -> None:
    at = extracted.rows.group_by("arr_delay").agg(pl.col("late").unique()).sort("arr_delay")
    labels = dict(at.iter_rows())
    assert (labels[15], labels[16]) == ([False], [True])
    assert all(label == [delay > 15] for delay, label in labels.items())
    assert extracted.rows["late"].mean() == pytest.approx(0.238, abs=0.001)


def test_hour_and_weekday_are_the_airports_own(extracted: Extract) -> None:
    local = pl.col("event_time").dt.convert_time_zone("America/New_York")
    wrong = extracted.rows.filter(
        (local.dt.hour() != pl.col("hour"))
        | (local.dt.minute() != pl.col("minute"))
        | (local.dt.weekday() != pl.col("day_of_week"))
    )
    assert len(wrong) == 0


def test_no_flight_sees_weather_that_was_not_known_or_is_stale() -> None:
    folder = _raw_data()
    readings = _weather(folder).with_columns(
        seen_at=pl.col("observed_at"), seen_in=pl.col("origin")
    )
    flights = _flights(folder)
    joined = join_weather(flights, readings).with_columns(
        before=pl.col("event_time") - pl.col("seen_at")
    )
    seen = joined.drop_nulls("seen_at")
    assert len(joined) == len(flights)
    assert len(seen) > 0.99 * len(flights)
    # At most six hours old when the prediction is asked for, an hour before departure.
    assert seen["before"].is_between(HOUR, 7 * HOUR).all()
    assert seen["before"].eq(HOUR).any()
    assert (seen["origin"] == seen["seen_in"]).all()


def test_a_flight_sees_the_newest_of_the_readings_that_were_known() -> None:
    """Against a plain search, on the flights of days with a gap in their weather."""
    folder = _raw_data()
    weather = _weather(folder).with_columns(seen_at=pl.col("observed_at"))
    weather = weather.filter(pl.col("observed_at").is_between(*GAP))
    flights = _flights(folder).filter(pl.col("event_time").is_between(*GAP))
    known = {
        airport: group["observed_at"].to_list() for (airport,), group in weather.group_by("origin")
    }
    found = join_weather(flights, weather)
    assert 0 < found["seen_at"].null_count() < len(found) == 1_732
    for airport, at, seen in found.select("origin", "event_time", "seen_at").iter_rows():
        old_enough = [t for t in known[airport] if HOUR <= at - t <= 7 * HOUR]
        assert seen == max(old_enough, default=None)


def test_weather_from_after_the_lead_would_be_caught(extracted: Extract, tmp_path: Path) -> None:
    """As if the newest reading before departure had been taken, and not that of an hour before."""
    leaked = extracted.rows.head(1_000).with_columns(pl.col("observed_at") + HOUR)
    with pytest.raises(TooManyRejected):
        ingest(replace(SOURCE, extract=lambda: Extract(leaked)), tmp_path)
    _, aside = read_version(quarantine_of(tmp_path, CONTRACT.name))
    too_late = leaked["event_time"] - leaked["observed_at"] < HOUR
    assert len(aside) == too_late.sum() > 900
    assert set(aside["reason"]) == {"; ".join(f"{name}: known too late" for name in WEATHER)}


@pytest.mark.parametrize(
    ("readings", "temp"),
    [
        pytest.param([("JFK", HOUR, 40.0)], 40.0, id="exactly 60 minutes before counts"),
        pytest.param([("JFK", 59 * MINUTE, 40.0)], None, id="59 minutes before does not"),
        pytest.param([("JFK", 7 * HOUR, 40.0)], 40.0, id="six hours old when asked for counts"),
        pytest.param([("JFK", 7 * HOUR + MINUTE, 40.0)], None, id="a minute older does not"),
        pytest.param([("LGA", HOUR, 40.0)], None, id="another airport's never does"),
        pytest.param([("JFK", -HOUR, 40.0)], None, id="one of the future never does"),
        pytest.param(
            [("JFK", 3 * HOUR, 30.0), ("JFK", 2 * HOUR, 40.0), ("JFK", 30 * MINUTE, 50.0)],
            40.0,
            id="the newest of those that were known",
        ),
        pytest.param(
            [("LGA", HOUR, 50.0), ("JFK", 5 * HOUR, 40.0)], 40.0, id="the own before a newer other"
        ),
        pytest.param([("JFK", 2 * HOUR, 30.0), ("JFK", HOUR, None)], None, id="a gap stays a gap"),
    ],
)
def test_a_flight_at_noon_from_jfk_sees(
    readings: list[tuple[str, timedelta, float | None]], temp: float | None
) -> None:
    flight = pl.DataFrame({"origin": ["JFK"], "event_time": [NOON]})
    weather = pl.DataFrame(
        [(origin, NOON - before, degrees) for origin, before, degrees in readings],
        schema={"origin": pl.String, "observed_at": pl.Datetime("us", UTC), "temp": pl.Float64},
        orient="row",
    )
    assert join_weather(flight, weather)["temp"].to_list() == [temp]


def test_gaps_in_the_weather_are_few(extracted: Extract) -> None:
    share = extracted.rows.select(pl.col(WEATHER).is_null().mean()).row(0, named=True)
    assert share.pop("pressure") == pytest.approx(0.108, abs=0.005)
    assert all(0 < gap < 0.005 for gap in share.values())
