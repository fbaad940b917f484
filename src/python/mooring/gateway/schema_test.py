from __future__ import annotations

import json
from typing import Any

import pytest

from mooring.contract.columns_test import same
from mooring.contract.errors import InvalidRows
from mooring.gateway.schema import PredictSchema
from mooring.gateway.testing.contracts import CONTRACT, ROW
from mooring.gateway.violations import feature_of, kind_of

ROWS = [ROW | {"hour": hour} for hour in (7, 8)]
TABLE = {name: [row[name] for row in ROWS] for name in ROW}


@pytest.fixture(scope="module")
def schema() -> PredictSchema:
    return PredictSchema(CONTRACT)


def body(**members: Any) -> bytes:
    return json.dumps(members).encode()


def test_rows_and_columns_are_read_as_the_same(schema: PredictSchema) -> None:
    rows, by_row = schema.read(body(instances=ROWS))
    columns, by_column = schema.read(body(inputs=TABLE))
    assert same(rows, columns)
    assert (by_row, by_column) == ("rows", "columns")


@pytest.mark.parametrize("shape", [{"instances": ROWS}, {"inputs": TABLE}])
def test_the_one_signature_may_be_named(schema: PredictSchema, shape: dict[str, Any]) -> None:
    schema.read(body(signature_name="serving_default", **shape))


@pytest.mark.parametrize(
    ("members", "path", "kind", "feature"),
    [
        pytest.param(
            {"inputs": TABLE | {"hour": [7, 24]}}, "inputs.hour[1]", "range", "hour", id="a value"
        ),
        pytest.param(
            {"inputs": TABLE | {"hour": [7]}}, "inputs.hour", "rows", "hour", id="a short column"
        ),
        pytest.param({"inputs": ROWS}, "inputs", "type", "", id="rows called inputs"),
        pytest.param(
            {"instances": ROWS, "inputs": TABLE}, "inputs", "unknown_field", "", id="both"
        ),
        pytest.param({}, "instances", "missing", "", id="neither"),
        pytest.param(
            {"instances": ROWS, "signature_name": "regress"}, "signature_name", "category", "",
            id="another signature for rows",
        ),
        pytest.param(
            {"inputs": TABLE, "signature_name": "regress"}, "signature_name", "category", "",
            id="another signature for columns",
        ),
    ],
)  # fmt: skip
def test_what_is_refused_has_path_kind_and_feature(
    schema: PredictSchema, members: dict[str, Any], path: str, kind: str, feature: str
) -> None:
    with pytest.raises(InvalidRows) as refused:
        schema.read(body(**members))
    (violation,) = refused.value.violations
    assert violation.path == path
    assert (kind_of(violation), feature_of(violation, CONTRACT)) == (kind, feature)


def test_of_a_long_table_each_columns_first_violation_is_told(schema: PredictSchema) -> None:
    table = {name: [value] * 1_000 for name, value in ROW.items()} | {"hour": [24] * 1_000}
    with pytest.raises(InvalidRows) as refused:
        schema.read(body(inputs=table))
    assert [violation.path for violation in refused.value.violations] == ["inputs.hour[0]"]


def test_a_column_that_is_there_twice_is_refused(schema: PredictSchema) -> None:
    twice = body(inputs=TABLE)[:-2] + b', "hour": [9, 9]}}'
    with pytest.raises(InvalidRows) as refused:
        schema.read(twice)
    (violation,) = refused.value.violations
    assert (violation.path, violation.kind) == ("inputs.hour", "repeated")


def test_a_table_of_made_up_columns_is_not_looked_at(schema: PredictSchema) -> None:
    with pytest.raises(InvalidRows) as refused:
        schema.read(body(inputs={f"x{n}": [1] for n in range(2_000)}))
    (violation,) = refused.value.violations
    assert violation.kind == "too_much"


def test_another_signature_is_not_repeated(schema: PredictSchema) -> None:
    with pytest.raises(InvalidRows) as refused:
        schema.read(body(inputs=TABLE, signature_name="canary7391"))
    assert "canary7391" not in repr(refused.value.violations)
