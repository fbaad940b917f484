"""Rows become columns without losing a digit or a null, and column sets can be cut and joined."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mooring.contract.columns import (
    Columns,
    column_of,
    columns_of,
    concatenate,
    float_tensors,
    rows_in,
    split,
)  # fmt: skip
from mooring.contract.contract import Contract
from mooring.contract.feature import EXACT_INTEGER, Feature
from mooring.contract.testing.strategies import contracts, rows


def same(left: Columns, right: Columns) -> bool:
    """Equal bit by bit, order of the columns included; NaN is equal to itself."""
    return list(left) == list(right) and all(
        (
            left[n].dtype == right[n].dtype and left[n].tolist() == right[n].tolist()
            if left[n].dtype == object
            else left[n].tobytes() == right[n].tobytes()
        )
        for n in left
    )


def value(feature: Feature, held: Any) -> Any:
    """What a column's entry stood for in the row."""
    if feature.kind == "string":
        return held or None
    return None if np.isnan(held) else held


@given(st.data())
def test_every_value_and_every_null_is_in_its_column(data: st.DataObject) -> None:
    contract = data.draw(contracts())
    drawn = data.draw(rows(contract))
    columns = columns_of(contract, drawn)
    assert tuple(columns) == contract.feature_names
    assert rows_in(columns) == len(drawn)
    for feature in contract.features:
        held = [value(feature, entry) for entry in columns[feature.name].tolist()]
        assert held == [row[feature.name] for row in drawn]


@pytest.mark.parametrize("digits", [EXACT_INTEGER, EXACT_INTEGER - 1, -EXACT_INTEGER])
def test_an_integer_of_16_digits_is_exact(digits: int) -> None:
    crew = Feature(name="x", kind="integer", ge=-EXACT_INTEGER, le=EXACT_INTEGER, example=0)
    assert int(column_of(crew, [digits])[0]) == digits


def test_a_feature_that_was_left_out_is_null(contract: Contract, row: dict[str, Any]) -> None:
    del row["wind"], row["berth"]
    columns = columns_of(contract, [row])
    assert np.isnan(columns["wind"]).tolist() == [True]
    assert columns["berth"].tolist() == [""]


@given(st.data())
def test_split_is_the_inverse_of_concatenate(data: st.DataObject) -> None:
    contract = data.draw(contracts())
    parts = [
        columns_of(contract, drawn)
        for drawn in data.draw(st.lists(rows(contract), min_size=1, max_size=4))
    ]
    sizes = [rows_in(part) for part in parts]
    whole = concatenate(contract, parts)
    assert rows_in(whole) == sum(sizes)
    assert all(map(same, split(whole, sizes), parts))


def test_tensors_are_single_columns_of_float32_and_strings(
    contract: Contract, row: dict[str, Any]
) -> None:
    tensors = float_tensors(contract, columns_of(contract, [row, row]))
    assert {tensor.shape for tensor in tensors.values()} == {(2, 1)}
    assert tensors["miles"].dtype == np.float32
    assert tensors["loaded"].dtype == np.float32
    assert tensors["line"].tolist() == [["north"], ["north"]]
