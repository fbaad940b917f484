"""Rows of many requests below each other: the rows of all, in their order, of any contract."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mooring.contract.columns import columns_of, concatenate
from mooring.contract.contract import Contract
from mooring.contract.testing.strategies import contracts, rows
from mooring.contract.wire import Wire, encode_columns
from mooring.serving.gathered import Gathered


@given(contract=contracts(), data=st.data())
def test_what_was_added_since_the_last_clear_is_here(
    contract: Contract, data: st.DataObject
) -> None:
    wire = Wire.of(contract)
    gathered = Gathered(wire)
    for chunks in data.draw(st.lists(st.lists(rows(contract), min_size=1, max_size=4), max_size=3)):
        parts = [columns_of(contract, chunk) for chunk in chunks]
        for part, chunk in zip(parts, chunks, strict=True):
            packed = wire.read(encode_columns(contract, part))
            assert gathered.add(packed, np.arange(2.0 * len(chunk))[::2])
        packed, predictions = gathered.packed()
        expected = concatenate(contract, parts)
        for name, column in wire.columns(packed).items():
            np.testing.assert_array_equal(column, expected[name])
        assert predictions.tolist() == [2.0 * i for chunk in chunks for i in range(len(chunk))]
        assert packed.rows == gathered.rows == sum(map(len, chunks))
        gathered.clear()
        assert gathered.rows == 0
