"""Parts of a day in any order are the day; what is written reads back; who is in it and who not."""

from __future__ import annotations

import dataclasses
import math
from datetime import timedelta
from functools import reduce
from operator import add

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mooring.drift.bins import SCORE
from mooring.drift.outcomes import OutcomeSums
from mooring.monitor.judging.drawn import MOST_ROWS, hashes
from mooring.monitor.judging.errors import PartsMismatch, ReferenceMismatch
from mooring.monitor.judging.summarise import summarise
from mooring.monitor.judging.summary import DaySummary
from mooring.monitor.judging.testing.rides import FIRST, Rides, contract

RIDES = Rides()
REFERENCE = RIDES.reference()
DAY = RIDES.day(FIRST)


def summary(*frames: pl.DataFrame, version: int = 3) -> DaySummary:
    return summarise(REFERENCE, contract(), frames, version=version, day=FIRST)


WHOLE = summary(DAY)


@settings(deadline=None, max_examples=10)
@given(st.lists(st.integers(0, 7), min_size=len(DAY), max_size=len(DAY)), st.permutations(range(8)))
def test_any_split_into_eight_parts_in_any_order_is_the_day(
    part: list[int], order: list[int]
) -> None:
    workers = pl.Series(part)
    parts = [summary(DAY.filter(workers == n)) for n in order]
    found = reduce(add, parts)
    assert exact(found) == exact(WHOLE)
    assert sums(found) == pytest.approx(sums(WHOLE), rel=1e-12, abs=1e-9)


def exact(found: DaySummary) -> dict[str, object]:
    fields = dataclasses.asdict(found)
    return {name: fields[name] for name in fields if name not in ("outcomes", "forecast")}


def sums(found: DaySummary) -> list[float]:
    return [*dataclasses.astuple(found.outcomes), *dataclasses.astuple(found.forecast)]


def test_nothing_added_changes_nothing() -> None:
    assert WHOLE + summary() == WHOLE == summary() + WHOLE


@settings(deadline=None, max_examples=25)
@given(rows=st.integers(0, len(DAY)))
def test_what_is_written_reads_back(rows: int) -> None:
    found = summary(DAY.head(rows))
    assert DaySummary.from_json(found.to_json()) == found


def test_sums_that_have_overflowed_read_back() -> None:
    found = DaySummary(3, FIRST, outcomes=OutcomeSums(label=1e300, label_squared=math.inf))
    assert DaySummary.from_json(found.to_json()) == found


def test_a_summary_is_small_whatever_its_rows() -> None:
    assert len(summary(Rides(rows=20_000).day(FIRST)).to_json()) < 40_000


def test_every_row_is_in_one_bin_of_each_feature_that_the_log_holds() -> None:
    assert set(WHOLE.bins) == {
        *("distance", "rain", "wind", "heat", "town", "paid", "wheels"), SCORE
    }  # fmt: skip
    assert {sum(counts) for counts in WHOLE.bins.values()} == {len(DAY)}
    for feature in REFERENCE.features:
        assert len(WHOLE.bins.get(feature.feature, feature.rows)) == len(feature.rows)


def test_names_are_counted_as_the_bins_count_them() -> None:
    town = REFERENCE.feature("town")
    names = DAY["town"].to_list()
    expected = [town.bins.labels[code] for code in town.bins.assign(np.array(names, dtype=object))]
    found = dict(zip(town.bins.labels, WHOLE.bins["town"], strict=True))
    assert found == {label: expected.count(label) for label in town.bins.labels}


def test_gaps_are_missing() -> None:
    gaps = DAY.with_columns(pl.lit(None, pl.Float64).alias("rain"), pl.lit(None).alias("town"))
    found = summary(gaps)
    assert found.bins["rain"][-1] == found.bins["town"][-1] == len(DAY)


def test_a_column_that_the_log_does_not_hold_is_in_no_bins() -> None:
    found = summary(DAY.drop("rain"))
    assert "rain" not in found.bins
    assert found.rows == len(DAY)


def test_what_is_sensitive_is_in_no_bins_even_where_the_log_holds_its_hash() -> None:
    hashed = DAY.with_columns(pl.lit("f00d").alias("rider"))
    assert summary(hashed) == WHOLE


@pytest.mark.parametrize(
    "strangers",
    [
        pytest.param(DAY.with_columns(pl.lit(2).alias("version")), id="another version"),
        pytest.param(DAY.with_columns(pl.lit("shadow").alias("role")), id="a shadow"),
        pytest.param(RIDES.day(FIRST + timedelta(days=1)), id="another day"),
    ],
)
def test_rows_of_others_are_passed_over(strangers: pl.DataFrame) -> None:
    assert summary(strangers, DAY) == WHOLE


def test_a_challenger_is_summarised_by_its_own_version() -> None:
    canary = DAY.with_columns(pl.lit(4).alias("version"), pl.lit("challenger").alias("role"))
    assert summary(canary, DAY, version=4).rows == len(DAY)


def test_rows_of_another_contract_are_told_and_in_nothing_else() -> None:
    newer = RIDES.day(FIRST).with_columns(pl.lit("1.1").alias("contract"))
    found = summary(DAY, newer)
    assert found == dataclasses.replace(WHOLE, other_contracts={"1.1": len(newer)})


def test_a_reference_of_another_contract_is_refused() -> None:
    newer = contract().model_copy(update={"version": "2.0"})
    with pytest.raises(ReferenceMismatch, match=r"of rides 1\.0, .* promises rides 2\.0"):
        summarise(REFERENCE, newer, [DAY], version=3, day=FIRST)


def test_summaries_of_different_days_do_not_add_up() -> None:
    with pytest.raises(PartsMismatch):
        WHOLE + DaySummary(3, FIRST + timedelta(days=1))


def test_only_labels_that_are_held_count() -> None:
    state = ["held"] * 100 + ["none"] * 200 + ["disputed"] * 100
    found = summary(DAY.with_columns(pl.Series("state", state)))
    assert (found.labelled, found.disputed, found.awaiting) == (100, 100, 300)
    assert found.outcomes.rows == 100
    assert found.forecast.rows == len(DAY)
    assert found.cells.table().sum(axis=1)[0] == 300


def test_an_answer_that_is_no_number_is_a_row_whose_score_is_missing() -> None:
    broken = DAY.with_columns(pl.lit(float("nan")).alias("prediction"))
    found = summary(broken)
    assert (found.rows, found.labelled, found.bins[SCORE][-1]) == (len(DAY), 0, len(DAY))
    assert found.forecast.rows == found.outcomes.rows == 0


def test_the_same_rows_are_drawn_whoever_draws_them() -> None:
    assert len(WHOLE.drawn.rows) == MOST_ROWS
    assert [found for found, _ in WHOLE.drawn.rows] == sorted(
        int(each) for each in hashes(DAY["prediction_id"])
    )[:MOST_ROWS]


def test_hashes_of_ids_do_not_depend_on_their_batch() -> None:
    ids = pl.Series(["a", "b" * 8, "c" * 30, "a-0"])
    alone = [int(hashes(ids[n : n + 1])[0]) for n in range(len(ids))]
    assert alone == hashes(ids).tolist()
    assert len(set(alone)) == len(ids)


def test_hashes_are_spread_evenly() -> None:
    found = hashes(pl.Series([f"0199a3c4d5e6000028f14e45fceea167a-{n}" for n in range(20_000)]))
    shares = np.histogram(found / 2.0**64, bins=10, range=(0.0, 1.0))[0] / len(found)
    assert shares == pytest.approx(np.full(10, 0.1), abs=0.01)


def test_a_sample_holds_codes_and_says_what_the_log_does_not_hold() -> None:
    names = [feature.feature for feature in REFERENCE.features]
    codes = summary(DAY.drop("rain")).drawn.codes
    assert codes.shape == (MOST_ROWS, len(names))
    absent = {name for name, column in zip(names, codes.T, strict=True) if (column == -1).all()}
    assert absent == {"rain", "rider"}
