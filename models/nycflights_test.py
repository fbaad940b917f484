"""The raw flights on the airports' own clocks, joined with weather that was known in time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from models.nycflights import departures, flights, join_weather, landings, raw_data, readings

Raw = tuple[pl.DataFrame, pl.DataFrame]

NOON = datetime(2013, 1, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
# Five hours of the 26th are missing at every station.
GAP = (datetime(2013, 10, 25, tzinfo=UTC), datetime(2013, 10, 27, tzinfo=UTC))


@pytest.fixture(scope="module")
def raw() -> Raw:
    """Every flight of the year, and every reading."""
    folder = raw_data()
    return flights(folder), readings(folder, ["temp"])


def test_hour_and_weekday_are_the_airports_own(raw: Raw) -> None:
    local = pl.col("event_time").dt.convert_time_zone("America/New_York")
    wrong = raw[0].filter(
        (local.dt.hour() != pl.col("hour"))
        | (local.dt.minute() != pl.col("minute"))
        | (local.dt.weekday() != pl.col("day_of_week"))
    )
    assert len(wrong) == 0


def test_no_flight_sees_weather_that_was_not_known_or_is_stale(raw: Raw) -> None:
    departed, weather = raw
    joined = join_weather(departed, weather.with_columns(seen_in=pl.col("origin"))).with_columns(
        before=pl.col("event_time") - pl.col("observed_at")
    )
    seen = joined.drop_nulls("observed_at")
    assert len(joined) == len(departed)
    assert len(seen) > 0.99 * len(departed)
    # At most six hours old when the prediction is asked for, an hour before departure.
    assert seen["before"].is_between(HOUR, 7 * HOUR).all()
    assert seen["before"].eq(HOUR).any()
    assert (seen["origin"] == seen["seen_in"]).all()


def test_a_flight_sees_the_newest_of_the_readings_that_were_known(raw: Raw) -> None:
    """Against a plain search, on the flights of days with a gap in their weather."""
    departed, weather = raw
    weather = weather.filter(pl.col("observed_at").is_between(*GAP))
    departed = departed.filter(pl.col("event_time").is_between(*GAP))
    known = {
        airport: group["observed_at"].to_list() for (airport,), group in weather.group_by("origin")
    }
    found = join_weather(departed, weather)
    assert 0 < found["observed_at"].null_count() < len(found) == 1_732
    for airport, at, seen in found.select("origin", "event_time", "observed_at").iter_rows():
        old_enough = [t for t in known[airport] if HOUR <= at - t <= 7 * HOUR]
        assert seen == max(old_enough, default=None)


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


def test_departures_are_all_flights_with_the_readings_asked_for_and_their_instant() -> None:
    found = departures(["temp", "visib"])
    assert len(found) == 336_776 == found["row_id"].n_unique()
    assert found["observed_at"].dtype == pl.Datetime("us", UTC)
    assert {"temp", "visib"} <= set(found.columns)
    assert "dewp" not in found.columns


def test_how_a_flight_went_is_known_after_it_left() -> None:
    left = flights(raw_data()).select("row_id", "event_time", "air_time")
    known = landings().join(left, on="row_id")
    assert len(known) == len(landings()) == left["air_time"].drop_nulls().len()
    early = known["labelled_at"] - known["event_time"] < timedelta(minutes=20)
    assert early.sum() == 0
