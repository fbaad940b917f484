from __future__ import annotations

import math
from datetime import timedelta

import numpy as np
import polars as pl

from mooring.drift.estimate import log_losses
from mooring.monitor.champion import Champion
from mooring.monitor.judging.testing.rides import FIRST, Rides, contract
from mooring.monitor.judging.windows import Window
from mooring.report.facts import Slices
from mooring.report.slices import slices

WEEK = Window(FIRST, FIRST + timedelta(days=7))
RIDES = Rides(rows=100)
CHAMPION = Champion("rides", 3, "b" * 64, contract(), RIDES.reference(10))


def sliced(rides: Rides, parts: int = 1) -> Slices:
    days = ([*day.iter_slices(-(-len(day) // parts))] for day in rides.days(FIRST, 7))
    found = slices(CHAMPION, WEEK, days)
    assert found is not None
    return found


def test_a_slice_loses_what_its_rows_lose() -> None:
    rows = pl.concat(RIDES.days(FIRST, 7)).filter(pl.col("town") == "east")
    losses = log_losses(rows["prediction"].to_numpy(), rows["label"].to_numpy())
    (east,) = (s for s in sliced(RIDES).by_feature["town"] if s.label.endswith("east"))
    assert east.rows == len(rows)
    assert math.isclose(east.loss.value, float(np.mean(losses)))
    assert east.loss.lower < east.loss.value < east.loss.upper


def test_frames_of_a_day_may_be_cut_anywhere() -> None:
    whole, cut = sliced(RIDES), sliced(RIDES, parts=7)
    assert list(whole.by_feature) == list(cut.by_feature)
    for name, each in whole.by_feature.items():
        pairs = zip(each, cut.by_feature[name], strict=True)
        assert all(a.rows == b.rows and math.isclose(a.loss.value, b.loss.value) for a, b in pairs)


def test_missing_and_unknown_names_have_slices_of_their_own() -> None:
    names = pl.Series(["north", None, "nobody knows it", "south"] * 25)
    found = sliced(RIDES.that(lambda day: day.with_columns(town=names))).by_feature["town"]
    assert {s.label[3:]: s.rows for s in found} == {
        "north": 175, "south": 175, "unseen": 175, "missing": 175
    }  # fmt: skip


def test_rows_without_a_label_that_counts_are_in_no_slice() -> None:
    state = pl.Series(["held", "none", "disputed", "held"] * 25)
    found = sliced(RIDES.that(lambda day: day.with_columns(state=state)))
    assert sum(s.rows for s in found.by_feature["paid"]) == 350


def test_a_slice_of_few_days_has_no_interval_and_one_of_few_rows_is_left_out() -> None:
    def rare(day: pl.DataFrame) -> pl.DataFrame:
        held = 40 if day["at"][0].date() == FIRST else 4 if day["at"][0].date() < WEEK.end else 0
        towns = ["west"] * held + ["north"] * (len(day) - held)
        return day.with_columns(town=pl.Series(towns), paid=pl.Series([True] * 99 + [False]))

    found = sliced(RIDES.that(rare))
    assert [s.label for s in found.by_feature["paid"]] == ["01 true"]
    one_day = RIDES.that(lambda d: rare(d) if d["at"][0].date() == FIRST else d.with_columns(
        town=pl.lit("north")
    ))  # fmt: skip
    (west,) = (s for s in sliced(one_day).by_feature["town"] if s.label.endswith("west"))
    assert west.rows == 40
    assert math.isnan(west.loss.lower)
    assert math.isnan(west.loss.upper)


def test_without_a_label_there_are_no_slices() -> None:
    unlabelled = RIDES.that(lambda day: day.with_columns(state=pl.lit("none")))
    assert slices(CHAMPION, WEEK, ([day] for day in unlabelled.days(FIRST, 7))) is None
