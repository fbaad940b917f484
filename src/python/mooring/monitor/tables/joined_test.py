"""Labels find their predictions whenever and in whatever order both come."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from mooring.monitor.tables.claims import settle
from mooring.monitor.tables.collect import collect
from mooring.monitor.tables.joined import OWN_COLUMNS, days, joined, quarantined
from mooring.monitor.tables.layout import Tables
from mooring.monitor.tables.testing.log import (
    CONTEXT,
    DAY,
    HOUR_MS,
    labels,
    name_of,
    noon,
    predictions,
    rows_of,
    seal,
    tables_in,
)
from mooring.monitor.tables.upkeep import compact

LATER = DAY + timedelta(days=200)


@pytest.fixture
def tables(tmp_path: Path) -> Tables:
    return tables_in(tmp_path)


def reasons(tables: Tables, at_once: int = 1_000) -> dict[str, list[str]]:
    """Why labels are in quarantine, by id."""
    found: dict[str, list[str]] = {}
    for frame in quarantined(tables, DAY, labels_at_once=at_once):
        for name, reason in frame.select("prediction_id", "reason").iter_rows():
            found.setdefault(name, []).append(reason)
    return found


def test_a_label_that_comes_before_its_prediction_waits_for_it_in_quarantine(
    tables: Tables,
) -> None:
    one = name_of(1)
    seal(tables, labels({one: 1.0}))
    found = collect(tables)
    assert (found.outcomes["unknown"], found.days) == (1, frozenset())
    assert days(tables) == ()
    assert reasons(tables) == {one: ["unknown"]}
    seal(tables, predictions(one))
    assert collect(tables).days == {DAY}
    assert rows_of(tables)[one]["label"] == 1.0
    assert reasons(tables) == {}


def test_labels_of_predictions_never_made_are_counted_and_join_nothing(tables: Tables) -> None:
    made = name_of(1)
    invented = [name_of(7), "nobody", "", "zzzzzzzzzzzz-0", "0" * 500]
    seal(tables, predictions(made))
    seal(tables, labels(dict.fromkeys(invented, 1.0), right="anyone"))
    found = collect(tables)
    assert found.outcomes["unknown"] == 5
    assert rows_of(tables)[made]["state"] == "none"
    assert reasons(tables) == {name_of(7): ["unknown"]}
    seal(tables, labels({made: 1.0}))
    collect(tables)
    assert rows_of(tables)[made]["label"] == 1.0, "beside ids that are none"


def test_a_strangers_key_poisons_nothing(tables: Tables) -> None:
    one, two = name_of(1), name_of(2)
    seal(tables, predictions(one, two))
    early = noon() + 1
    seal(tables, labels({one: 0.0, two: 0.0}, caller="thief", received=early))
    seal(tables, labels({one: 1.0}))
    found = collect(tables)
    assert (found.outcomes["stranger"], found.outcomes["joined"]) == (2, 1)
    rows = rows_of(tables)
    assert (rows[one]["label"], rows[one]["label_caller"]) == (1.0, "key-1")
    assert rows[two]["state"] == "none"
    assert reasons(tables) == {one: ["stranger"], two: ["stranger"]}


def test_labels_that_disagree_are_all_in_quarantine(tables: Tables) -> None:
    one = name_of(1)
    seal(tables, predictions(one), predictions(name_of(2)))
    seal(tables, labels({one: 1.0}))
    assert collect(tables).outcomes["joined"] == 1
    seal(tables, labels({one: 0.0}, received=noon() + 2 * HOUR_MS))
    assert collect(tables).outcomes["conflict"] == 1
    assert rows_of(tables)[one]["state"] == "disputed"
    assert reasons(tables) == {one: ["conflict", "conflict"]}


def test_a_repeat_in_another_pass_is_a_duplicate(tables: Tables) -> None:
    one = name_of(1)
    seal(tables, predictions(one))
    outcomes = []
    for _ in range(3):
        seal(tables, labels({one: 1.0}))
        outcomes.append(collect(tables).outcomes)
    assert [found["joined"] for found in outcomes] == [1, 0, 0]
    assert [found["duplicate"] for found in outcomes] == [0, 1, 1]


def test_a_label_beyond_the_horizon_is_late_and_still_joined(tables: Tables) -> None:
    one, two = name_of(1), name_of(2)
    seal(tables, predictions(one, two))
    seal(tables, labels({one: 1.0}, observed=noon() + 7_200_000))
    seal(tables, labels({two: 1.0}, observed=noon() + 3_600_000))
    found = collect(tables, horizon_seconds=3_600.0)
    assert (found.outcomes["late"], found.outcomes["joined"]) == (1, 1)
    assert rows_of(tables)[one]["label"] == 1.0
    assert found.totals.delay_seconds == 10_800.0
    assert found.totals.delays[:2] == (1, 1)


def test_events_of_many_months_that_were_replayed_within_one_day(tables: Tables) -> None:
    made = noon(LATER)
    for month in range(6):
        event = DAY + timedelta(days=30 * month)
        names = [name_of(10 * month + n, made + month) for n in range(3)]
        seal(tables, predictions(*names, at=noon(event)))
        seal(tables, labels({names[0]: 1.0}, observed=noon(event) + HOUR_MS, received=made))
        found = collect(tables)
        assert event in found.days
    assert days(tables) == tuple(DAY + timedelta(days=30 * month) for month in range(6))
    for day in days(tables):
        assert sorted(row["state"] for row in rows_of(tables, day).values()) == [
            "held", "none", "none",
        ]  # fmt: skip


def test_a_label_touches_the_day_of_its_event_alone(tables: Tables) -> None:
    made = noon(LATER)
    seal(tables, predictions(name_of(1, made), at=noon()))
    seal(tables, predictions(name_of(2, made), at=noon(DAY + timedelta(days=1))))
    before = collect(tables).days
    seal(tables, labels({name_of(2, made): 1.0}))
    settle(tables, before)
    assert collect(tables).days == {DAY + timedelta(days=1)}


def test_shadow_rows_are_labelled_as_their_champion(tables: Tables) -> None:
    shadow = replace(CONTEXT, role="shadow", version=4)
    one = name_of(1)
    seal(tables, predictions(one), predictions(one, context=shadow))
    seal(tables, labels({one: 1.0}))
    found = collect(tables)
    assert (found.predictions, found.outcomes["joined"]) == (2, 1)
    frame = pl.concat(joined(tables, DAY)).sort("role")
    assert frame.select("role", "version", "label").rows() == [
        ("champion", 3, 1.0), ("shadow", 4, 1.0),
    ]  # fmt: skip


@pytest.mark.parametrize("compacted", [False, True], ids=["as they came", "compacted"])
def test_what_is_too_much_for_memory_is_joined_in_spans_with_the_same_result(
    tables: Tables, compacted: bool
) -> None:
    names = [name_of(number, noon() + number % 7) for number in range(60)]
    for start in range(0, 60, 20):
        seal(tables, predictions(*names[start : start + 20]))
        seal(tables, labels(dict.fromkeys(names[start : start + 20 : 2], 1.0)))
        seal(tables, labels({"odd": 1.0, "": 0.0}), gateway="gateway-2")
        collect(tables)
    if compacted:
        compact(tables)
    whole = pl.concat(joined(tables, DAY)).sort("prediction_id")
    frames = list(joined(tables, DAY, rows=4, labels_at_once=5))
    assert max(len(frame) for frame in frames) <= 4
    assert pl.concat(frames).sort("prediction_id").equals(whole)
    assert whole["state"].value_counts().sort("state").rows() == [("held", 30), ("none", 30)]
    assert reasons(tables) == reasons(tables, at_once=3)


def test_frames_have_the_columns_that_are_promised(tables: Tables) -> None:
    seal(tables, predictions(name_of(1)))
    collect(tables)
    (frame,) = joined(tables, DAY)
    assert tuple(frame.columns) == (*OWN_COLUMNS, "origin", "hour")
    assert frame.schema["at"] == frame.schema["observed_at"] == pl.Datetime("ms", "UTC")
    assert frame.schema["label"] == pl.Float64
    assert list(joined(tables, LATER)) == []
