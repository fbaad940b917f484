from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mooring.contract.column_schema_test import odd
from mooring.contract.columns import Columns
from mooring.contract.columns_test import same
from mooring.contract.contract import Contract
from mooring.contract.errors import InvalidRows
from mooring.contract.testing.strategies import contracts, rows
from mooring.gateway.protocols.oip.binary import encode
from mooring.gateway.protocols.oip.datatypes import Datatype, carriers
from mooring.gateway.protocols.oip.request import read_body
from mooring.gateway.protocols.oip.tensors import read_tensors
from mooring.gateway.schema import PredictSchema
from mooring.gateway.testing.contracts import CONTRACT, ROW
from mooring.gateway.violations import feature_of

DATATYPES: Mapping[str, Datatype] = {f.name: carriers(f)[0] for f in CONTRACT.features}
SCHEMA = PredictSchema(CONTRACT)


def tensor(name: str, data: Sequence[Any], **changed: Any) -> dict[str, Any]:
    datatype = DATATYPES.get(name, "FP64")
    return {"name": name, "shape": [len(data)], "datatype": datatype, "data": data} | changed


def tensors(count: int = 1, /, **changed: Any) -> list[dict[str, Any]]:
    """One tensor for each feature, those named changed."""
    return [tensor(name, [ROW[name]] * count) | changed.get(name, {}) for name in ROW]


def read(inputs: Sequence[Mapping[str, Any]], schema: PredictSchema = SCHEMA) -> Columns:
    return read_tensors(read_body(json.dumps({"inputs": inputs}).encode(), None), schema)


def read_binary(contract: Contract, columns: Mapping[str, Sequence[Any]]) -> Columns:
    """Read columns that travel as bytes in the datatypes of the metadata."""
    heads: list[dict[str, Any]] = []
    parts: list[bytes] = []
    for feature in contract.features:
        datatype, null = carriers(feature)[0], "" if feature.kind == "string" else float("nan")
        values = [null if value is None else value for value in columns[feature.name]]
        parts.append(encode(datatype, values))
        heads.append(
            tensor(feature.name, values, datatype=datatype)
            | {"data": None, "parameters": {"binary_data_size": len(parts[-1])}}
        )
    head = json.dumps({"inputs": heads}).encode()
    body = read_body(b"".join((head, *parts)), str(len(head)))
    return read_tensors(body, PredictSchema(contract))


def by_column(contract: Contract, drawn: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    return {name: [row[name] for row in drawn] for name in contract.feature_names}


def as_tensors(contract: Contract, columns: Mapping[str, Sequence[Any]]) -> list[dict[str, Any]]:
    return [
        tensor(f.name, columns[f.name], datatype=carriers(f)[0]) for f in contract.features
    ]  # fmt: skip


@settings(deadline=None, database=None)
@given(st.data())
def test_tensors_hold_what_rows_hold_as_json_and_as_bytes(data: st.DataObject) -> None:
    contract = data.draw(contracts())
    drawn = data.draw(rows(contract))
    schema = PredictSchema(contract)
    by_row, columns = schema.check_all(drawn), by_column(contract, drawn)
    assert same(read(as_tensors(contract, columns), schema), by_row)
    assert same(read_binary(contract, columns), by_row)


@settings(deadline=None, database=None)
@given(st.data())
def test_a_row_that_is_refused_is_refused_as_tensors(data: st.DataObject) -> None:
    contract = data.draw(contracts())
    row = dict(data.draw(rows(contract, most=1))[0])
    name = data.draw(st.sampled_from(contract.feature_names))
    row[name] = data.draw(odd)
    schema = PredictSchema(contract)
    feature = next(f for f in contract.features if f.name == name)
    try:
        schema.check_all([row])
    except InvalidRows:
        pass
    else:
        return
    if _stands_for_another(row[name], feature.kind, feature.nullable):
        return
    with pytest.raises(InvalidRows):
        read(as_tensors(contract, by_column(contract, [row])), schema)


def _stands_for_another(value: Any, kind: str, nullable: bool) -> bool:
    """What a tensor means otherwise than a row: nulls of binary tensors, and whole floats."""
    if kind == "string":
        return nullable and value == ""
    return isinstance(value, float) and (value != value or value.is_integer())


@pytest.mark.parametrize(
    ("name", "change", "step"),
    [
        pytest.param("hour", {"data": [24]}, "data[0]", id="a value beyond its range"),
        pytest.param("hour", {"data": [True]}, "data[0]", id="true for 1"),
        pytest.param("hour", {"data": [[7]]}, "data[0]", id="nested where the shape is flat"),
        pytest.param("hour", {"datatype": "BYTES"}, "datatype", id="text for a number"),
        pytest.param("loaded", {"datatype": "INT64"}, "datatype", id="a number for a boolean"),
        pytest.param("origin", {"data": ["XXX"]}, "data[0]", id="a category that is not listed"),
        pytest.param("hour", {"shape": [2]}, "shape", id="more rows than elements"),
        pytest.param("hour", {"shape": [0], "data": []}, "shape", id="no rows"),
        pytest.param("hour", {"shape": [1_001]}, "shape", id="more rows than the contract allows"),
        pytest.param("hour", {"shape": [1, 2]}, "shape", id="two columns"),
        pytest.param("hour", {"shape": [2], "data": [1, 2]}, "", id="more rows than the others"),
        pytest.param("hour", {"data": None}, "data", id="no elements"),
    ],
)
def test_what_is_wrong_has_the_path_of_its_tensor_and_counts_for_its_feature(
    name: str, change: dict[str, Any], step: str
) -> None:
    with pytest.raises(InvalidRows) as refused:
        read(tensors(**{name: change}))
    position = list(ROW).index(name)
    (violation,) = refused.value.violations
    assert violation.path == f"inputs[{position}].{step}".rstrip(".")
    assert feature_of(violation, CONTRACT) == name


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        pytest.param([*tensors(), tensor("canary", [1.0])], "inputs[6].name", id="a made-up name"),
        pytest.param([*tensors(), tensor("hour", [7])], "inputs[6].name", id="a name twice"),
        pytest.param(tensors()[1:], "inputs", id="a tensor that is missing"),
    ],
)
def test_the_set_of_tensors_is_that_of_the_features(
    changed: list[dict[str, Any]], path: str
) -> None:
    with pytest.raises(InvalidRows) as refused:
        read(changed)
    (violation,) = refused.value.violations
    assert violation.path == path
    assert "canary" not in violation.message


@pytest.mark.parametrize(
    ("name", "change"),
    [
        pytest.param("hour", {"shape": [2, 1], "data": [[7], [8]]}, id="nested as its shape"),
        pytest.param("hour", {"shape": [2, 1], "data": [7, 8]}, id="flat in two axes"),
        pytest.param("hour", {"datatype": "UINT8"}, id="a narrower integer"),
        pytest.param("hour", {"datatype": "FP64", "data": [7.0, 8.0]}, id="whole floats"),
        pytest.param("wind", {"datatype": "FP32"}, id="a narrower float"),
        pytest.param("wind", {"data": [None, float("nan")]}, id="null and NaN where nullable"),
        pytest.param("haven", {"data": ["", "north"]}, id="an empty string where nullable"),
        pytest.param("loaded", {"datatype": "FP64", "data": [0.0, 1.0]}, id="floats of a boolean"),
    ],
)
def test_what_means_the_same_is_accepted(name: str, change: dict[str, Any]) -> None:
    read(tensors(2, **{name: change}))


def test_a_feature_that_may_be_left_out_needs_no_tensor() -> None:
    given = [each for each in tensors() if each["name"] != "haven"]
    assert read(given)["haven"].tolist() == [""]


NUMBERS = CONTRACT.model_copy(
    update={"features": tuple(f for f in CONTRACT.features if f.kind in ("float", "integer"))}
)


def matrix(data: list[Any], shape: list[int]) -> dict[str, Any]:
    return {"name": "predict", "shape": shape, "datatype": "FP64", "data": data}


@pytest.mark.parametrize("data", [[7.0, 2.5, 8.0, float("nan")], [[7.0, 2.5], [8.0, None]]])
def test_a_contract_of_numbers_takes_them_as_one_matrix(data: list[Any]) -> None:
    columns = read([matrix(data, [2, 2])], PredictSchema(NUMBERS))
    assert columns["hour"].tolist() == [7.0, 8.0]
    assert str(columns["wind"].tolist()) == "[2.5, nan]"


@pytest.mark.parametrize(
    ("data", "shape", "path"),
    [
        pytest.param([7.0, 2.5, 24.0, 1.0], [2, 2], "inputs[0].data[2]", id="a value"),
        pytest.param([7.0, 2.5, 8.0], [2, 2], "inputs[0].shape", id="an element too few"),
        pytest.param([7.0, 2.5, 8.0], [1, 3], "inputs[0].name", id="another width"),
        pytest.param([[7.0, 2.5], [8.0]], [2, 2], "inputs[0].data", id="a short row"),
        pytest.param([[7.0, 2.5], 8.0], [2, 2], "inputs[0].data", id="a row that is none"),
    ],
)
def test_a_matrix_that_is_wrong_has_its_place(data: list[Any], shape: list[int], path: str) -> None:
    with pytest.raises(InvalidRows) as refused:
        read([matrix(data, shape)], PredictSchema(NUMBERS))
    assert refused.value.violations[0].path == path


def test_a_contract_with_strings_takes_no_matrix() -> None:
    with pytest.raises(InvalidRows, match="no feature"):
        read([matrix([1.0] * 6, [1, 6])])
