"""The class a model's features are written in: what it may say, and its way to JSON and back."""

from __future__ import annotations

import warnings
from typing import Annotated, Any

import pytest
from annotated_types import Ge, Gt, Interval, Le, Lt, MultipleOf
from hypothesis import given
from pydantic import Field, Strict, create_model

from mooring.contract.annotations import AvailableAt, Category, Cluster, Seasonal, Sensitive, Unit
from mooring.contract.contract import Contract
from mooring.contract.errors import InvalidContract
from mooring.contract.feature import EXACT_INTEGER, Feature
from mooring.contract.features import Features, features_of, row_type
from mooring.contract.testing.strategies import contracts


def declared(typed: Any, default: Any = ...) -> Feature:
    """The feature `x` of a class that declares only it."""
    (feature,) = features_of(create_model("Row", __base__=Features, x=(typed, default)))
    return feature


@given(contracts())
def test_any_class_survives_json(contract: Contract) -> None:
    row = row_type("Row", contract.features, contract.description)
    original = Contract.of(
        row, name=contract.name, version=contract.version,
        prediction=contract.prediction, limits=contract.limits,
    )  # fmt: skip
    read = Contract.from_json(original.to_json())
    assert original == contract
    assert features_of(row_type("Row", read.features, read.description)) == contract.features


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        pytest.param(float, {"kind": "float"}, id="a float"),
        pytest.param(bool, {"kind": "boolean", "example": False}, id="a boolean"),
        pytest.param(Annotated[float, Ge(0), Le(9)], {"ge": 0, "le": 9}, id="closed bounds"),
        pytest.param(Annotated[float, Gt(0), Lt(9)], {"gt": 0, "lt": 9}, id="open bounds"),
        pytest.param(Annotated[float, Interval(ge=0, lt=9)], {"ge": 0, "lt": 9}, id="an Interval"),
        pytest.param(Annotated[float, Field(ge=0)], {"ge": 0}, id="a bound in Pydantic's words"),
        pytest.param(int, {"ge": -EXACT_INTEGER, "le": EXACT_INTEGER},
                     id="an integer is bounded to what float64 holds exactly"),
        pytest.param(Annotated[int, Interval(gt=0)], {"gt": 0, "le": EXACT_INTEGER, "example": 1},
                     id="an integer's missing bound is added"),
        pytest.param(Annotated[str, Category("b", "a")], {"categories": ("b", "a"), "example": "b"},
                     id="a closed category, in the order written"),
        pytest.param(Annotated[str, Category(open=True)], {"categories": None, "open": True},
                     id="an open category"),
        pytest.param(Annotated[str, Category("a", open=True)], {"categories": ("a",), "open": True},
                     id="an open category that names some"),
        pytest.param(Annotated[float, Unit("mi"), Sensitive(), Cluster("day"), Seasonal(),
                               AvailableAt(60)],
                     {"unit": "mi", "sensitive": True, "cluster": "day", "seasonal": True,
                      "available_at": 60}, id="everything a feature says of itself"),
        pytest.param(Annotated[float, Field(description="how far", examples=[2.5])],
                     {"description": "how far", "example": 2.5}, id="description and example"),
        pytest.param(float | None, {"nullable": True, "required": True}, id="nullable, required"),
    ],
)  # fmt: skip
def test_a_declaration_becomes_a_feature(typed: Any, said: dict[str, Any]) -> None:
    assert declared(typed).model_dump(include=set(said)) == said


def test_a_default_of_none_makes_a_feature_optional() -> None:
    feature = declared(float | None, None)
    assert (feature.nullable, feature.required) == (True, False)


@pytest.mark.parametrize(
    ("typed", "default", "said"),
    [
        pytest.param(list[float], ..., "float, int, str or bool", id="a list"),
        pytest.param(int | float, ..., "float, int, str or bool", id="one of two types"),
        pytest.param(str, ..., "needs Category", id="any string at all"),
        pytest.param(Annotated[float, Category("a")], ..., "for strings", id="numbers as category"),
        pytest.param(Annotated[bool, Ge(0)], ..., "no bounds", id="a bounded boolean"),
        pytest.param(Annotated[int, Le(2**54)], ..., "within ±2", id="an integer beyond 2**53"),
        pytest.param(Annotated[float, MultipleOf(2)], ..., "MultipleOf", id="no such promise"),
        pytest.param(Annotated[float, Strict()], ..., "Strict", id="a Pydantic setting"),
        pytest.param(Annotated[float, Ge(0), Ge(5)], ..., "says ge twice", id="a bound said twice"),
        pytest.param(Annotated[float, Ge(0), Gt(5)], ..., "two lower", id="two lower bounds"),
        pytest.param(Annotated[float, Ge(9), Le(0)], ..., "example", id="an empty range"),
        pytest.param(float, 1.0, "default other than None", id="a default the server would invent"),
        pytest.param(float, None, "may be left out", id="null as default of what is not nullable"),
        pytest.param(float, Field(alias="y"), "two names", id="an alias"),
        pytest.param(float, Field(examples=["far"]), "example", id="an example of another type"),
    ],
)  # fmt: skip
def test_what_a_contract_cannot_hold_is_refused_by_name(
    typed: Any, default: Any, said: str
) -> None:
    with pytest.raises(InvalidContract, match=said) as refused:
        declared(typed, default)
    assert refused.value.place == "feature x"
    assert "docs/contract.md" in refused.value.cure


@pytest.mark.parametrize("name", ["copy", "json", "model_dump", "model_config", "_secret"])
def test_a_class_with_a_reserved_name_is_refused_before_pydantic_warns(name: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(InvalidContract, match=f"feature {name}: "):
            type("Row", (Features,), {"__annotations__": {name: float}, "__module__": __name__})
