"""Slices: every row in exactly one, whatever the kind of the feature."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
import polars as pl
import pytest
from annotated_types import Ge, Le
from hypothesis import given
from hypothesis import strategies as st

from mooring.blessing.errors import GateUnusable
from mooring.blessing.gate import Floor, Slice
from mooring.blessing.slicing import groups_of
from mooring.contract.annotations import Category, Sensitive
from mooring.contract.contract import Contract, Prediction
from mooring.contract.features import Features

FLOOR = Floor("roc_auc", at_least=0.6)


class Parcel(Features):
    """One parcel, of every kind of feature."""

    depot: Annotated[str | None, Category("north", "south", "west")]
    sender: Annotated[str, Category(open=True), Sensitive()]
    shop: Annotated[str, Category(open=True)]
    weight: Annotated[float | None, Ge(0), Le(100)]
    stops: Annotated[int, Ge(0), Le(50)]
    fragile: bool


CONTRACT = Contract.of(
    Parcel,
    name="parcel",
    version="1.0",
    prediction=Prediction(name="late", kind="probability", label="is_late"),
)

ROWS = pl.DataFrame(
    {
        "depot": ["north", "south", "south", None],
        "shop": ["a", "b", "b", "c"],
        "weight": [0.0, 1.0, 99.5, None],
        "stops": [0, 10, 11, 50],
        "fragile": [True, True, True, True],
    }
)


def cut(rows: pl.DataFrame = ROWS, **declared: Any) -> dict[str, int]:
    told: dict[str, Any] = {"floor": FLOOR, "minimum_rows": 1} | declared
    return {g.name: int(g.member.sum()) for g in groups_of(CONTRACT, Slice(**told), rows)}


@pytest.mark.parametrize(
    ("declared", "found"),
    [
        pytest.param(
            {"feature": "depot"},
            {"depot = north": 1, "depot = south": 2, "depot = west": 0, "depot is null": 1},
            id="a closed category, with the value that is not there and the null that is",
        ),
        pytest.param(
            {"feature": "shop"}, {"shop = a": 1, "shop = b": 2, "shop = c": 1}, id="an open one"
        ),
        pytest.param(
            {"feature": "fragile"}, {"fragile = false": 0, "fragile = true": 4}, id="yes and no"
        ),
        pytest.param(
            {"feature": "weight", "edges": (1.0,)},
            {"weight < 1": 1, "weight ≥ 1": 2, "weight is null": 1},
            id="a number at one edge, which belongs above",
        ),
        pytest.param(
            {"feature": "stops", "edges": (10, 11, 60)},
            {"stops < 10": 1, "10 ≤ stops < 11": 1, "11 ≤ stops < 60": 2, "stops ≥ 60": 0},
            id="an integer, with a range that nothing is in",
        ),
        pytest.param(
            {"feature": "depot", "minimum_rows": 2, "pool_small": True},
            {"depot = south": 2, "depot = (others)": 1, "depot is null": 1},
            id="small values are pooled, nulls are not",
        ),
        pytest.param(
            {"feature": "fragile", "minimum_rows": 5, "pool_small": True},
            {"fragile = (others)": 4},
            id="all are small",
        ),
    ],
)
def test_a_feature_is_cut_into(declared: dict[str, Any], found: dict[str, int]) -> None:
    assert cut(**declared) == found


def test_pooled_values_are_named_in_the_evidence() -> None:
    *_, others, _ = groups_of(CONTRACT, Slice("depot", FLOOR, 2, pool_small=True), ROWS)
    assert (others.name, others.reason) == ("depot = (others)", "others: north, west")


def test_nothing_is_pooled_where_nothing_is_small() -> None:
    rows = ROWS.filter(pl.col("depot") == "south").with_columns(shop=pl.lit("b"))
    assert cut(rows, feature="shop", minimum_rows=2, pool_small=True) == {"shop = b": 2}


@given(
    st.lists(st.none() | st.floats(0, 100), max_size=30),
    st.lists(st.integers(0, 100), min_size=1, max_size=6, unique=True).map(sorted),
)
def test_every_row_is_in_exactly_one_range(weights: list[float | None], edges: list[int]) -> None:
    rows = pl.DataFrame({"weight": weights}, schema={"weight": pl.Float64})
    groups = groups_of(CONTRACT, Slice("weight", FLOOR, 1, edges=tuple(edges)), rows)
    assert (np.sum([g.member for g in groups], axis=0) == 1).all()


@given(
    st.lists(st.none() | st.sampled_from(["north", "south", "west"]), max_size=30),
    st.integers(1, 20),
    st.booleans(),
)
def test_every_row_is_in_exactly_one_value(
    depots: list[str | None], minimum: int, pool: bool
) -> None:
    rows = pl.DataFrame({"depot": depots}, schema={"depot": pl.String})
    groups = groups_of(CONTRACT, Slice("depot", FLOOR, minimum, pool_small=pool), rows)
    assert (np.sum([g.member for g in groups], axis=0) == 1).all()


@pytest.mark.parametrize(
    ("declared", "problem"),
    [
        pytest.param({"feature": "pier"}, "pier is not in the contract", id="no such feature"),
        pytest.param({"feature": "sender"}, "sender is sensitive", id="a sensitive feature"),
        pytest.param({"feature": "weight"}, "say at which edges", id="a number without edges"),
        pytest.param({"feature": "depot", "edges": (1,)}, "no number", id="edges of a category"),
        pytest.param({"feature": "fragile", "edges": (1,)}, "no number", id="edges of yes and no"),
        pytest.param({"feature": "stops", "edges": (2, 2)}, "do not rise", id="an edge twice"),
        pytest.param({"feature": "stops", "edges": (np.inf,)}, "do not rise", id="no edge at all"),
        pytest.param(
            {"feature": "stops", "edges": (2,), "pool_small": True},
            "instead of pooling",
            id="pooled ranges",
        ),
        pytest.param({"feature": "shop", "minimum_rows": 0}, "need no rows", id="no rows needed"),
    ],
)
def test_a_slice_that_does_not_fit_is_unusable(declared: dict[str, Any], problem: str) -> None:
    with pytest.raises(GateUnusable, match=problem):
        cut(**declared)
