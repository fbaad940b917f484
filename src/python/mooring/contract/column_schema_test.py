"""A table is accepted as columns exactly when it is accepted as rows, and refused for the same."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mooring.contract.column_schema import ColumnSchema
from mooring.contract.columns_test import same
from mooring.contract.contract import Contract, Limits
from mooring.contract.errors import InvalidRows
from mooring.contract.feature import EXACT_INTEGER
from mooring.contract.request import RequestSchema
from mooring.contract.testing.strategies import contracts, rows

# Of every type, on and beside the edges that contracts draw.
odd = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-EXACT_INTEGER - 2, EXACT_INTEGER + 2),
    st.sampled_from([10**400, -(10**400), "", "x" * 257, "\ud800", [], {}, [1.0]]),
    st.floats(),
    st.text(max_size=3),
)


def refusals(check: Any) -> list[tuple[str, str]] | None:
    """Kind and message of what is refused, in no order; None when nothing is."""
    try:
        check()
    except InvalidRows as error:
        return sorted((v.kind, v.message) for v in error.violations)
    return None


def as_columns(contract: Contract, drawn: list[dict[str, Any]]) -> dict[str, list[Any]]:
    return {name: [row[name] for row in drawn] for name in contract.feature_names}


@given(st.data())
def test_columns_hold_what_rows_hold(data: st.DataObject) -> None:
    contract = data.draw(contracts())
    drawn = data.draw(rows(contract))
    by_row = RequestSchema(contract).check_all(drawn)
    assert same(ColumnSchema(contract).check(as_columns(contract, drawn)), by_row)


@given(st.data())
def test_columns_are_refused_for_what_rows_are_refused_for(data: st.DataObject) -> None:
    contract = data.draw(contracts())
    drawn = [dict(row) for row in data.draw(rows(contract))]
    for row in drawn:
        row[data.draw(st.sampled_from(contract.feature_names))] = data.draw(odd)
    by_row = refusals(lambda: RequestSchema(contract).check_all(drawn))
    given = as_columns(contract, drawn)
    assert refusals(lambda: ColumnSchema(contract).check(given)) == by_row


@pytest.mark.parametrize(
    ("change", "path", "kind"),
    [
        pytest.param({"hour": [3, 24]}, "inputs.hour[1]", "less_than_equal", id="a value"),
        pytest.param({"hour": []}, "inputs.hour", "too_short", id="no values"),
        pytest.param({"hour": [1] * 4}, "inputs.hour", "too_long", id="more rows than allowed"),
        pytest.param({"hour": 3}, "inputs.hour", "list_type", id="a value without its list"),
        pytest.param({"hour": [3]}, "inputs.hour", "uneven", id="a shorter column"),
        pytest.param({"made_up": [1, 2]}, "inputs.made_up", "extra_forbidden", id="a made-up name"),
        pytest.param({"wind": None}, "inputs.wind", "list_type", id="null for a whole column"),
        pytest.param({"hour": "33"}, "inputs.hour", "list_type", id="text for a list"),
    ],
)
def test_what_is_wrong_has_its_place(
    contract: Contract, row: dict[str, Any], change: dict[str, Any], path: str, kind: str
) -> None:
    columns = {name: [value, value] for name, value in row.items()} | change
    with pytest.raises(InvalidRows) as refused:
        ColumnSchema(contract).check(columns)
    (violation,) = refused.value.violations
    assert (violation.path, violation.kind) == (path, kind)
    assert violation.feature == path.removeprefix("inputs.").partition("[")[0]


def test_of_a_long_column_the_first_violation_is_told(
    contract: Contract, row: dict[str, Any]
) -> None:
    long = contract.model_copy(update={"limits": Limits(rows=1_000)})
    columns = {name: [value] * 1_000 for name, value in row.items()}
    with pytest.raises(InvalidRows) as refused:
        ColumnSchema(long).check(columns | {"hour": [7, *[24] * 999], "miles": [0.0] * 1_000})
    paths = [violation.path for violation in refused.value.violations]
    assert paths == ["inputs.hour[1]", "inputs.miles[0]"]


def test_a_column_that_may_be_left_out_is_null(contract: Contract, row: dict[str, Any]) -> None:
    columns = {name: [value] for name, value in row.items() if name not in ("wind", "berth")}
    checked = ColumnSchema(contract).check(columns)
    assert tuple(checked) == contract.feature_names
    assert (checked["berth"].tolist(), str(checked["wind"].tolist())) == ([""], "[nan]")


def test_a_table_without_any_column_has_no_rows(contract: Contract) -> None:
    optional = contract.model_copy(
        update={"features": tuple(f for f in contract.features if not f.required)}
    )
    with pytest.raises(InvalidRows, match="how many rows"):
        ColumnSchema(optional).check({})


@given(st.data())
def test_the_example_is_accepted(data: st.DataObject) -> None:
    schema = ColumnSchema(data.draw(contracts()))
    schema.check(schema.example)
