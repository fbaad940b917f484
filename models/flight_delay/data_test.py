"""The real flights: counted, labelled, with few gaps in what is known of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from models.flight_delay.contract import CONTRACT
from models.flight_delay.data import SOURCE, WEATHER
from models.nycflights import WEATHER_LEAD_SECONDS
from mooring.data.dataset import read_version
from mooring.data.errors import TooManyRejected
from mooring.data.ingest import Ingested, ingest, quarantine_of, table_of
from mooring.data.source import Extract

LEAD = timedelta(seconds=WEATHER_LEAD_SECONDS)


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
    columns = ("row_id", "event_time", *CONTRACT.feature_names, "late", "observed_at")
    assert tuple(rows.columns) == columns
    assert rows["row_id"].n_unique() == len(rows) == ingested.dataset.rows


def test_late_is_more_than_fifteen_minutes_after_schedule(extracted: Extract) -> None:
    at = extracted.rows.group_by("arr_delay").agg(pl.col("late").unique()).sort("arr_delay")
    labels = dict(at.iter_rows())
    assert (labels[15], labels[16]) == ([False], [True])
    assert all(label == [delay > 15] for delay, label in labels.items())
    assert extracted.rows["late"].mean() == pytest.approx(0.238, abs=0.001)


def test_weather_from_after_the_lead_would_be_caught(extracted: Extract, tmp_path: Path) -> None:
    """As if the newest reading before departure had been taken, and not that of an hour before."""
    leaked = extracted.rows.head(1_000).with_columns(pl.col("observed_at") + LEAD)
    with pytest.raises(TooManyRejected):
        ingest(replace(SOURCE, extract=lambda: Extract(leaked)), tmp_path)
    _, aside = read_version(quarantine_of(tmp_path, CONTRACT.name))
    too_late = leaked["event_time"] - leaked["observed_at"] < LEAD
    assert len(aside) == too_late.sum() > 900
    assert set(aside["reason"]) == {"; ".join(f"{name}: known too late" for name in WEATHER)}


def test_gaps_in_the_weather_are_few(extracted: Extract) -> None:
    share = extracted.rows.select(pl.col(WEATHER).is_null().mean()).row(0, named=True)
    assert share.pop("pressure") == pytest.approx(0.108, abs=0.005)
    assert all(0 < gap < 0.005 for gap in share.values())
