"""A feature refuses names and promises that cannot be kept, and says which and why."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from mooring.contract.contract import Contract, Prediction
from mooring.contract.errors import InvalidRows
from mooring.contract.feature import EXACT_INTEGER, Feature, name_fault
from mooring.contract.request import RequestSchema
from mooring.contract.testing.strategies import features, integers, values

PREDICTION = Prediction(name="late", kind="probability", label="is_late")


def number(**promises: Any) -> Feature:
    said: dict[str, Any] = {"name": "x", "kind": "float", "example": 1.0}
    return Feature(**said | promises)


def integer(**promises: Any) -> Feature:
    said: dict[str, Any] = {"kind": "integer", "ge": 0, "le": 9, "example": 1}
    return number(**said | promises)


def string(**promises: Any) -> Feature:
    said: dict[str, Any] = {"kind": "string", "categories": ("a", "b"), "example": "a"}
    return number(**said | promises)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("dep_delay", id="snake case"),
        pytest.param("größe", id="letters beyond ASCII"),
        pytest.param("model_year", id="model_ followed by a word that is not Pydantic's"),
        pytest.param("model_dump_truck", id="what Pydantic's protected namespaces would warn of"),
        pytest.param("self", id="a word that is an argument's name elsewhere"),
        pytest.param("match", id="a soft keyword"),
        pytest.param("instances", id="the word that requests use"),
        pytest.param("location", id="the word that ONNX uses for external data"),
        pytest.param("x" * 64, id="64 characters"),
    ],
)
def test_a_name_that_works(name: str) -> None:
    contract = Contract(
        name="m", version="1.0", features=(number(name=name),), prediction=PREDICTION
    )
    columns = RequestSchema(contract).parse(json.dumps({"instances": [{name: 2.5}]}).encode())
    assert columns[name].tolist() == [2.5]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        pytest.param("", "identifier", id="nothing"),
        pytest.param("dep-delay", "identifier", id="a hyphen"),
        pytest.param("1st", "identifier", id="a digit in front"),
        pytest.param("class", "identifier", id="a keyword"),
        pytest.param("_x", "underscore", id="an underscore in front"),
        pytest.param("x" * 65, "64 characters", id="65 characters"),
        pytest.param("ﬁeld", "NFKC", id="a ligature, which Python source would spell otherwise"),
        pytest.param("copy", "Pydantic", id="a method of Pydantic's"),
        pytest.param("json", "Pydantic", id="a deprecated method of Pydantic's"),
        pytest.param("model_config", "Pydantic", id="Pydantic's configuration"),
        pytest.param("model_fields", "Pydantic", id="Pydantic's list of fields"),
        pytest.param("model_dump", "Pydantic", id="a name that Pydantic protects"),
    ],
)
def test_a_name_that_is_refused(name: str, said: str) -> None:
    assert said in (name_fault(name) or "")
    with pytest.raises(ValidationError, match=said):
        number(name=name)


@pytest.mark.parametrize(
    ("make", "promises", "said"),
    [
        pytest.param(string, {"categories": None}, "needs Category", id="a string of no category"),
        pytest.param(string, {"categories": ()}, "closed one has some", id="an empty closed list"),
        pytest.param(string, {"categories": ("a", "a")}, "distinct", id="a category named twice"),
        pytest.param(string, {"categories": ("a", "")}, "1 to 256", id="an empty category"),
        pytest.param(string, {"categories": ("a" * 257,)}, "1 to 256", id="an endless category"),
        pytest.param(string, {"ge": 0}, "no bounds", id="a string with a bound"),
        pytest.param(number, {"categories": ("a",)}, "for strings", id="a number with categories"),
        pytest.param(number, {"open": True}, "for strings", id="a number that is open"),
        pytest.param(number, {"ge": 0, "gt": 0}, "two lower", id="two lower bounds"),
        pytest.param(number, {"le": 2, "lt": 2}, "two upper", id="two upper bounds"),
        pytest.param(number, {"ge": 2, "le": 0}, "example", id="an empty range"),
        pytest.param(number, {"gt": 1.0}, "example", id="an example at an excluded bound"),
        pytest.param(number, {"example": True}, "example", id="true as an example of a number"),
        pytest.param(number, {"example": None}, "example", id="null as an example of what is not"),
        pytest.param(number, {"ge": float("nan")}, "finite", id="NaN as a bound"),
        pytest.param(number, {"le": float("inf")}, "finite", id="infinity as a bound"),
        pytest.param(number, {"required": False}, "left out", id="optional but not nullable"),
        pytest.param(number, {"kind": "boolean", "ge": 0, "example": True}, "no bounds",
                     id="a boolean with a bound"),
        pytest.param(integer, {"ge": None}, "lower and an upper", id="an integer without an end"),
        pytest.param(integer, {"ge": 0.5}, "within ±2", id="an integer with a broken bound"),
        pytest.param(integer, {"le": EXACT_INTEGER + 1}, "within ±2", id="beyond 2**53"),
        pytest.param(integer, {"example": 1.0}, "example", id="1.0 as an example of an integer"),
        pytest.param(string, {"example": "c"}, "example", id="an example of no category"),
    ],
)  # fmt: skip
def test_promises_that_contradict_each_other_are_refused(
    make: Any, promises: dict[str, Any], said: str
) -> None:
    make()
    with pytest.raises(ValidationError, match=said):
        make(**promises)


@given(feature=features(), data=st.data())
def test_a_feature_judges_a_value_as_the_request_model_does(
    feature: Feature, data: st.DataObject
) -> None:
    anything = st.none() | st.booleans() | integers | st.floats() | st.text()
    value = data.draw(values(feature) | anything)
    contract = Contract(name="m", version="1.0", features=(feature,), prediction=PREDICTION)
    body = json.dumps({"instances": [{"x": value}]}).encode()
    try:
        RequestSchema(contract).parse(body)
        accepted = True
    except InvalidRows:
        accepted = False
    assert feature.accepts(value) is accepted
