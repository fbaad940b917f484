"""The vectorised check against the Pydantic model: two implementations of one promise."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mooring.contract.contract import Contract, Prediction
from mooring.contract.errors import InvalidRows
from mooring.contract.feature import EXACT_INTEGER, Feature, Kind
from mooring.contract.request import RequestSchema
from mooring.data.check import REASON, conform, with_reasons
from mooring.data.errors import SourceUnavailable

Rows = Callable[..., pl.DataFrame]
Row = dict[str, Any]

NOON = datetime(2013, 1, 1, 12, tzinfo=UTC)
LATE = Prediction(name="late", kind="probability", label="was_late")
KINDS: list[Kind] = ["float", "integer", "string", "boolean"]
TYPES = {
    "float": pl.Float64(),
    "integer": pl.Int64(),
    "string": pl.String(),
    "boolean": pl.Boolean(),
}

# Few bounds, and values close to them, so that examples meet their bounds and do not miss them all.
LOW = st.tuples(st.sampled_from(["ge", "gt"]), st.sampled_from([-2, 0]))
HIGH = st.tuples(st.sampled_from(["le", "lt"]), st.sampled_from([2, 3]))
EDGES = [-2.0, math.nextafter(-2.0, -9), 0.0, -0.0, 2.0, 3.0, math.nextafter(3.0, 9)]
WORDS = st.sampled_from(["north", "süd", "", "NORTH", "x" * 256, "x" * 257, "ü" * 256, "north "])


@st.composite
def features(draw: st.DrawFn, name: str) -> Feature:
    nullable = draw(st.booleans())
    kind: Kind = draw(st.sampled_from(KINDS))
    if kind == "boolean":
        return Feature(name=name, kind=kind, nullable=nullable, example=True)
    if kind == "string":
        known = draw(st.none() | st.just(("north", "süd")))
        promise: dict[str, Any] = {"categories": known, "open": known is None, "example": "süd"}
        return Feature(name=name, kind=kind, nullable=nullable, **promise)
    bounds: dict[str, Any] = dict([draw(LOW), draw(HIGH)])
    if kind == "float":
        bounds = draw(st.sampled_from([bounds, dict([draw(LOW)]), dict([draw(HIGH)]), {}]))
    return Feature(name=name, kind=kind, nullable=nullable, example=1, **bounds)


def values_of(feature: Feature) -> st.SearchStrategy[Any]:
    by_kind: dict[str, st.SearchStrategy[Any]] = {
        "float": st.sampled_from(EDGES) | st.floats(),
        "integer": st.integers(-4, 4) | st.integers(-EXACT_INTEGER, EXACT_INTEGER),
        "string": WORDS | st.text(alphabet=st.characters(codec="utf-8"), max_size=5),
        "boolean": st.booleans(),
    }
    return st.none() | by_kind[feature.kind]


@st.composite
def contracts_with_rows(draw: st.DrawFn) -> tuple[Contract, list[Row]]:
    declared = tuple(draw(features(f"f{i}")) for i in range(draw(st.integers(1, 4))))
    contract = Contract(name="any", version="1.0", features=declared, prediction=LATE)
    row = st.fixed_dictionaries({f.name: values_of(f) for f in declared})
    return contract, draw(st.lists(row, min_size=1, max_size=6))


def accused(row: Row, contract: Contract) -> set[str]:
    """The features that the Pydantic model finds at fault."""
    try:
        RequestSchema(contract).check_all([row])
    except InvalidRows as error:
        return {v.path.partition(".")[2] for v in error.violations}
    return set()


def frame_of(contract: Contract, rows: list[Row]) -> pl.DataFrame:
    known = {"row_id": "", "event_time": NOON, "was_late": True}
    schema = {"row_id": pl.String(), "event_time": pl.Datetime("us", UTC)}
    schema |= {f.name: TYPES[f.kind] for f in contract.features} | {"was_late": pl.Boolean()}
    told = [known | {"row_id": str(i)} | row for i, row in enumerate(rows)]
    return pl.DataFrame(told, schema=schema)


def blamed(reason: str | None) -> set[str]:
    return {said.partition(":")[0] for said in reason.split("; ")} if reason else set()


@settings(max_examples=150, deadline=None)
@given(contracts_with_rows())
def test_the_check_blames_the_features_that_the_row_model_blames(
    drawn: tuple[Contract, list[Row]],
) -> None:
    contract, rows = drawn
    reasons = with_reasons(contract, conform(contract, frame_of(contract, rows)))[REASON].to_list()
    assert [blamed(reason) for reason in reasons] == [accused(row, contract) for row in rows]


@pytest.mark.parametrize(
    ("bent", "reason"),
    [
        pytest.param({}, None, id="a good row has no reason"),
        pytest.param({"depth": None}, None, id="null is good where the contract says so"),
        pytest.param({"wind": None}, "wind: missing", id="null where it is not"),
        pytest.param({"wind": -5.0}, None, id="the bound itself is inside ge"),
        pytest.param({"depth": 0.0}, "depth: breaks gt 0", id="the bound itself is outside gt"),
        pytest.param({"hour": 24}, "hour: breaks le 23", id="a number out of range"),
        pytest.param({"depth": -math.inf}, "depth: not finite; depth: breaks gt 0", id="infinity"),
        pytest.param({"origin": "LGA"}, "origin: not a known category", id="an unknown category"),
        pytest.param({"haven": None}, None, id="a null category that may be null"),
        pytest.param({"ship": ""}, "ship: length out of range", id="an empty open category"),
        pytest.param({"was_late": None}, "was_late: missing", id="no label"),
        pytest.param({"row_id": None}, "row_id: missing", id="no row id"),
        pytest.param({"event_time": None}, "event_time: missing", id="no event time"),
        pytest.param(
            {"hour": -1, "ship": "x" * 257},
            "hour: breaks ge 0; ship: length out of range",
            id="two faults, and no value is told",
        ),
    ],
)
def test_the_reason_names_every_broken_promise(
    contract: Contract, rows: Rows, bent: Row, reason: str | None
) -> None:
    checked = with_reasons(contract, rows(3, {1: bent}))
    assert checked[REASON].to_list() == [None, reason, None]


def test_every_row_that_shares_its_id_is_at_fault(contract: Contract, rows: Rows) -> None:
    checked = with_reasons(contract, rows(3, {2: {"row_id": "voyage 0"}}))
    assert checked[REASON].to_list() == ["row_id: not unique", None, "row_id: not unique"]


def test_conform_puts_columns_in_order_and_leaves_others_out(
    contract: Contract, rows: Rows
) -> None:
    good = rows(3)
    shuffled = good.with_columns(gossip=1).select(sorted([*good.columns, "gossip"]))
    assert conform(contract, shuffled).equals(good)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(pl.col("wind").cast(pl.Int32), id="integers for a float"),
        pytest.param(pl.col("hour").cast(pl.UInt8), id="a narrow integer"),
        pytest.param(pl.col("event_time").dt.cast_time_unit("ns"), id="nanoseconds"),
        pytest.param(
            pl.col("event_time").dt.convert_time_zone("America/New_York"), id="another time zone"
        ),
        pytest.param(pl.lit(None).alias("insured"), id="a column of nulls without a type"),
    ],
)
def test_conform_widens(contract: Contract, rows: Rows, change: pl.Expr) -> None:
    good = rows(1)
    assert conform(contract, good.with_columns(change)).equals(good)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(pl.col("hour").cast(pl.Float64) + 0.7, id="fractions for an integer"),
        pytest.param(pl.col("hour").cast(pl.String), id="digits for an integer"),
        pytest.param(pl.col("wind").cast(pl.String), id="digits for a float"),
        pytest.param(pl.col("loaded").alias("wind"), id="booleans for a float"),
        pytest.param(pl.col("hour").alias("loaded"), id="integers for a boolean"),
        pytest.param(pl.col("hour").alias("was_late"), id="integers for the label"),
        pytest.param(pl.col("hour").alias("ship"), id="integers for a category"),
        pytest.param(pl.col("event_time").dt.replace_time_zone(None), id="time without a zone"),
        pytest.param(pl.col("event_time").cast(pl.String), id="time as text"),
        pytest.param(pl.lit(2**64 - 1, pl.UInt64).alias("crew"), id="an integer beyond 64 bits"),
    ],
)
def test_conform_guesses_nothing(contract: Contract, rows: Rows, change: pl.Expr) -> None:
    with pytest.raises(SourceUnavailable, match="kind"):
        conform(contract, rows(2).with_columns(change))


def test_a_missing_column_is_named(contract: Contract, rows: Rows) -> None:
    with pytest.raises(SourceUnavailable, match="column hour, was_late is missing"):
        conform(contract, rows(2).drop("hour", "was_late"))


@pytest.mark.parametrize("name", ["row_id", "event_time", "month", "reason"])
def test_a_feature_cannot_take_the_name_of_a_column_of_the_datasets_own(name: str) -> None:
    taken = Feature(name=name, kind="float", example=1.0)
    contract = Contract(name="any", version="1.0", features=(taken,), prediction=LATE)
    with pytest.raises(SourceUnavailable, match=f"{name} is the name of a column"):
        conform(contract, pl.DataFrame({name: [1.0]}))
