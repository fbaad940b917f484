"""Contracts change, features are hashed or dropped, names clash: every row stays readable."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from deltalake import DeltaTable
from hypothesis import given, settings
from hypothesis import strategies as st

from mooring.monitor.tables.collect import collect
from mooring.monitor.tables.delta import parts_of
from mooring.monitor.tables.joined import joined
from mooring.monitor.tables.layout import Tables
from mooring.monitor.tables.rows import day_of_id
from mooring.monitor.tables.testing.log import (
    CONTEXT,
    DAY,
    name_of,
    predictions,
    rows_of,
    seal,
    tables_in,
)
from mooring.monitor.tables.upkeep import compact
from mooring.predictionlog.context import Context, LoggedFeature
from mooring.predictionlog.labels import made_at


@pytest.fixture
def tables(tmp_path: Path) -> Tables:
    return tables_in(tmp_path)


def with_features(version: int, *features: LoggedFeature) -> Context:
    return replace(CONTEXT, version=version, contract=str(version) * 64, features=features)


OLD = with_features(1, LoggedFeature("origin", "string"), LoggedFeature("gate", "integer"))
# `gate` has become text, `wind` is new, `origin` is gone.
NEW = with_features(2, LoggedFeature("gate", "string"), LoggedFeature("wind", "float"))


def test_a_contract_that_adds_drops_and_retypes_features_leaves_all_rows_readable(
    tables: Tables,
) -> None:
    one, two = name_of(1), name_of(2)
    old = predictions(one, context=OLD, columns={"origin": ["JFK"], "gate": [7.0]})
    new = predictions(two, context=NEW, columns={"gate": ["7B"], "wind": [3.5]})
    for entry in (old, new):
        seal(tables, entry)
        collect(tables)
    compact(tables)
    rows = rows_of(tables)
    assert rows[one] | {"origin": "JFK", "gate": 7.0} == rows[one]
    assert rows[two] | {"gate": "7B", "wind": 3.5} == rows[two]
    assert "wind" not in rows[one], "what was not logged is no column, rather than null"
    assert "origin" not in rows[two]
    known = {field.name for field in DeltaTable(str(tables.predictions)).schema().fields}
    assert {"text_origin", "number_gate", "text_gate", "number_wind"} < known, "for other readers"


def test_rows_of_both_contracts_in_one_segment_become_a_frame_each(tables: Tables) -> None:
    old = predictions(name_of(1), context=OLD, columns={"origin": ["JFK"], "gate": [7.0]})
    new = predictions(name_of(2), context=NEW, columns={"gate": ["7B"], "wind": [3.5]})
    seal(tables, old, new, old_again := predictions(name_of(3), context=replace(OLD, version=9),
         columns={"origin": ["EWR"], "gate": [1.0]}))  # fmt: skip
    collect(tables)
    frames = sorted(joined(tables, DAY), key=len)
    assert [frame["version"].to_list() for frame in frames] == [[2], [1, 9]]
    assert old_again.context.features == OLD.features


def test_hashed_features_are_text_and_dropped_ones_no_column(tables: Tables) -> None:
    context = with_features(
        1, LoggedFeature("age", "integer", "hashed"), LoggedFeature("name", "string", "dropped")
    )
    one = name_of(1)
    seal(tables, predictions(one, context=context, columns={"age": [41.0], "name": ["x"]}))
    collect(tables)
    row = rows_of(tables)[one]
    assert isinstance(row["age"], str)
    assert len(row["age"]) == 32
    assert "name" not in row


def test_missing_values_are_null(tables: Tables) -> None:
    one = name_of(1)
    seal(tables, predictions(one, columns={"origin": [""], "hour": [float("nan")]}))
    collect(tables)
    row = rows_of(tables)[one]
    assert (row["origin"], row["hour"]) == (None, None)


def test_a_model_without_features_has_predictions(tables: Tables) -> None:
    one = name_of(1)
    seal(tables, predictions(one, context=with_features(1), columns={}))
    collect(tables)
    assert rows_of(tables)[one]["prediction"] == 0.0


def test_a_feature_with_a_name_of_ours_keeps_its_column_and_takes_nobodys(tables: Tables) -> None:
    names = ("caller", "number_caller", "text_x", "state", "day")
    context = with_features(1, *(LoggedFeature(name, "float") for name in names))
    one = name_of(1)
    given = {name: [float(number)] for number, name in enumerate(names)}
    seal(tables, predictions(one, context=context, columns=given))
    collect(tables)
    row = rows_of(tables)[one]
    assert (row["caller"], row["state"]) == ("key-1", "none")
    features = {"number_caller": 0.0, "number_number_caller": 1.0, "text_x": 2.0, "day": 4.0}
    assert row | features | {"number_state": 3.0} == row


def test_parts_know_their_lowest_and_highest_id_after_a_checkpoint_too(tables: Tables) -> None:
    names = [name_of(number) for number in (3, 1, 2)]
    seal(tables, predictions(*names))
    collect(tables)
    DeltaTable(str(tables.predictions)).create_checkpoint()
    (part,) = parts_of(tables.predictions)
    assert (part.lower, part.upper, part.rows, part.day) == (min(names), max(names), 3, DAY)


@settings(max_examples=60, deadline=None, database=None)
@given(
    st.one_of(st.text(max_size=20), st.from_regex(r"[0-9a-fA-F]{12}[a-z0-9]{4}-0", fullmatch=True))
)
def test_the_day_of_an_id_is_the_logs_own_wherever_it_is_one(name: str) -> None:
    (day,) = pl.DataFrame({"prediction_id": [name]}).select(day_of_id()).to_series()
    if day is not None and name[:12].isalnum():
        assert day.toordinal() - 719_163 == made_at(name) // 86_400_000
