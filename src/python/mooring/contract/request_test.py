"""Strictness: what breaks a contract is refused with its path and kind, and no value comes back."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mooring.contract.columns import columns_of
from mooring.contract.contract import Contract
from mooring.contract.errors import InvalidRows
from mooring.contract.request import RequestSchema
from mooring.contract.testing.strategies import contracts, rows

# Neither looks like a name or a number that a contract would speak of.
CANARY, NUMBER = "canary 7391!", 739173917391

# As JSON but of another type than the contract's.
garbage = st.recursive(
    st.sampled_from([CANARY, NUMBER, -NUMBER, NUMBER + 0.5, None, True, float("nan")]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.just(CANARY), inner, max_size=1)
    | st.dictionaries(st.sampled_from(["instances", "hour", "line"]), inner, max_size=3),
    max_leaves=6,
)


def body(*instances: Any, **beside: Any) -> bytes:
    return json.dumps({"instances": instances} | beside).encode()


def refusal(schema: RequestSchema, content: bytes) -> InvalidRows:
    with pytest.raises(InvalidRows) as refused:
        schema.parse(content)
    return refused.value


@pytest.mark.parametrize(
    ("change", "path", "kind"),
    [
        pytest.param({"hour": "3"}, "hour", "int_type", id='"3" for 3'),
        pytest.param({"hour": True}, "hour", "int_type", id="true for 1"),
        pytest.param({"hour": 3.0}, "hour", "int_type", id="3.0 for an integer"),
        pytest.param({"hour": 24}, "hour", "less_than_equal", id="above the range"),
        pytest.param({"hour": -1}, "hour", "greater_than_equal", id="below the range"),
        pytest.param({"crew": 2**53 + 1}, "crew", "less_than_equal", id="beyond exact integers"),
        pytest.param({"crew": 10**400}, "crew", "less_than_equal", id="an endless integer"),
        pytest.param({"hour": None}, "hour", "int_type", id="null where it is not allowed"),
        pytest.param({"line": None}, "line", "literal_error", id="null for a category"),
        pytest.param({"miles": "1"}, "miles", "float_type", id='"1" for 1.0'),
        pytest.param({"miles": True}, "miles", "float_type", id="true for 1.0"),
        pytest.param({"miles": 0}, "miles", "greater_than", id="an excluded bound"),
        pytest.param({"miles": float("nan")}, "miles", "finite_number", id="NaN"),
        pytest.param({"miles": float("inf")}, "miles", "finite_number", id="Infinity"),
        pytest.param({"miles": 10**400}, "miles", "finite_number", id="a number beyond float64"),
        pytest.param({"miles": [1.0]}, "miles", "float_type", id="a list for a number"),
        pytest.param({"miles": {"a": {}}}, "miles", "float_type", id="an object for a number"),
        pytest.param({"wind": -1}, "wind", "greater_than_equal", id="a nullable one out of range"),
        pytest.param({"loaded": 1}, "loaded", "bool_type", id="1 for true"),
        pytest.param({"loaded": "true"}, "loaded", "bool_type", id='"true" for true'),
        pytest.param({"line": "east"}, "line", "literal_error", id="an unseen closed category"),
        pytest.param({"line": "North"}, "line", "literal_error", id="a category in other letters"),
        pytest.param({"berth": "z"}, "berth", "literal_error", id="an unseen nullable category"),
        pytest.param({"ship": ""}, "ship", "string_too_short", id="an empty open category"),
        pytest.param({"ship": "x" * 257}, "ship", "string_too_long", id="an endless open category"),
        pytest.param({"ship": 7}, "ship", "string_type", id="a number for a string"),
        pytest.param({"speed": 9}, "speed", "extra_forbidden", id="an unknown field"),
        pytest.param({"not a name": 9}, "(unknown field)", "extra_forbidden",
                     id="an unknown field that is no name"),
        pytest.param({"x" * 65: 9}, "(unknown field)", "extra_forbidden",
                     id="an unknown field of endless length"),
    ],
)  # fmt: skip
def test_a_row_that_breaks_the_contract_is_refused_with_path_and_kind(
    schema: RequestSchema, row: dict[str, Any], change: dict[str, Any], path: str, kind: str
) -> None:
    error = refusal(schema, body(row, row | change))
    assert [(v.path, v.kind) for v in error.violations] == [(f"instances[1].{path}", kind)]
    assert not error.malformed


@pytest.mark.parametrize("name", ["line", "hour", "crew"])
def test_a_field_that_is_missing_is_refused_even_when_it_may_be_null(
    schema: RequestSchema, row: dict[str, Any], name: str
) -> None:
    del row[name]
    (violation,) = refusal(schema, body(row)).violations
    assert (violation.path, violation.kind) == (f"instances[0].{name}", "missing")


@pytest.mark.parametrize(
    ("sent", "path", "kind"),
    [
        pytest.param({}, "instances", "missing", id="no instances at all"),
        pytest.param({"instances": []}, "instances", "too_short", id="empty instances"),
        pytest.param({"instances": [1] * 4}, "instances", "too_long", id="too many rows"),
        pytest.param({"instances": {}}, "instances", "list_type", id="an object of rows"),
        pytest.param({"instances": None}, "instances", "list_type", id="null for rows"),
        pytest.param({"instances": [[]]}, "instances[0]", "model_type", id="a row that is a list"),
        pytest.param({"instances": [None]}, "instances[0]", "model_type", id="a row that is null"),
        pytest.param([], "body", "model_type", id="a list for the body"),
        pytest.param(7, "body", "model_type", id="a number for the body"),
    ],
)
def test_a_body_of_another_shape_is_refused(
    schema: RequestSchema, sent: Any, path: str, kind: str
) -> None:
    error = refusal(schema, json.dumps(sent).encode())
    assert [(v.path, v.kind) for v in error.violations] == [(path, kind)]
    assert not error.malformed


def test_an_unknown_member_beside_instances_is_refused(
    schema: RequestSchema, row: dict[str, Any]
) -> None:
    (violation,) = refusal(schema, body(row, note="hello")).violations
    assert (violation.path, violation.kind) == ("note", "extra_forbidden")


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"instances", id="a bare word"),
        pytest.param(b'{"instances": "\xff"}', id="bytes that are not UTF-8"),
        pytest.param(b'{"instances": "\\ud800"}', id="half a surrogate pair"),
        pytest.param(b"[" * 900, id="nesting without end"),
        pytest.param(b'{"instances":[{"hour":' + b"[" * 900, id="a row nested without end"),
        pytest.param(b"\xef\xbb\xbf{}", id="a byte order mark"),
        pytest.param("{}".encode("utf-16"), id="UTF-16"),
        pytest.param(b"{} {}", id="two documents"),
    ],
)
def test_what_is_not_json_is_malformed(schema: RequestSchema, content: bytes) -> None:
    error = refusal(schema, content)
    assert [(v.path, v.kind) for v in error.violations] == [("body", "json_invalid")]
    assert error.malformed


def test_json_cut_anywhere_is_malformed(schema: RequestSchema, row: dict[str, Any]) -> None:
    whole = body(row)
    assert all(refusal(schema, whole[:end]).malformed for end in range(len(whole)))


@pytest.mark.parametrize(
    ("change", "name", "held"),
    [
        pytest.param({"ship": "Never seen"}, "ship", ["Never seen"], id="an unseen open category"),
        pytest.param({"miles": 3}, "miles", [3.0], id="3 for 3.0"),
        pytest.param({"crew": 2**53}, "crew", [float(2**53)], id="the largest exact integer"),
        pytest.param({"loaded": False}, "loaded", [0.0], id="false"),
        pytest.param({"berth": None}, "berth", [""], id="null where the contract says so"),
    ],
)
def test_what_keeps_the_contract_is_served(
    schema: RequestSchema, row: dict[str, Any], change: dict[str, Any], name: str, held: list[Any]
) -> None:
    assert schema.parse(body(row | change))[name].tolist() == held


def test_as_many_rows_as_the_contract_allows_are_served(
    schema: RequestSchema, row: dict[str, Any]
) -> None:
    assert len(schema.parse(body(row, row, row))["hour"]) == schema.contract.limits.rows


def test_rows_that_are_python_objects_have_no_limit(
    schema: RequestSchema, row: dict[str, Any]
) -> None:
    assert len(schema.check_all([row] * 50)["hour"]) == 50
    with pytest.raises(InvalidRows, match=r"\[49\]\.hour") as refused:
        schema.check_all([*[row] * 49, row | {"hour": "3"}])
    assert refused.value.total == 1


def test_of_many_violations_twenty_are_shown_and_all_are_counted(
    schema: RequestSchema, row: dict[str, Any]
) -> None:
    with pytest.raises(InvalidRows) as refused:
        schema.check_all([row | {"hour": 24}] * 50)
    assert (len(refused.value.violations), refused.value.total) == (20, 50)


@given(st.data())
def test_any_rows_that_keep_any_contract_are_served(data: st.DataObject) -> None:
    contract: Contract = data.draw(contracts())
    drawn = data.draw(rows(contract))
    parsed = RequestSchema(contract).parse(json.dumps({"instances": drawn}).encode())
    expected = columns_of(contract, drawn)
    for name in contract.feature_names:
        np.testing.assert_array_equal(parsed[name], expected[name])


@given(contracts())
def test_the_example_of_any_contract_is_served(contract: Contract) -> None:
    schema = RequestSchema(contract)
    assert len(schema.parse(body(schema.example))) == len(contract.features)
    assert schema.body.model_json_schema()["examples"] == [{"instances": [schema.example]}]


@given(data=st.data(), cut=st.integers(0, 30))
def test_no_error_repeats_what_was_sent(
    schema: RequestSchema, data: st.DataObject, cut: int
) -> None:
    names = st.sampled_from([*schema.contract.feature_names, CANARY])
    row = st.dictionaries(names, garbage, min_size=1)
    sent = data.draw(st.just([CANARY]) | garbage | st.lists(row, min_size=1).map(
        lambda instances: {"instances": instances}
    ))  # fmt: skip
    text = json.dumps(sent).encode()
    error = refusal(schema, text[: len(text) - cut])
    said = [str(error), repr(error), *(f"{v.path} {v.kind} {v.message}" for v in error.violations)]
    assert not any(secret in line for secret in ("7391",) for line in said)
