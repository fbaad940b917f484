from __future__ import annotations

from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mooring.gateway.protocols.oip.binary import BadTensor, decode, encode
from mooring.gateway.protocols.oip.datatypes import ELEMENTS, Datatype

DATATYPES: tuple[Datatype, ...] = get_args(Datatype)
FIXED = tuple(ELEMENTS)


@pytest.mark.parametrize("datatype", FIXED)
def test_numbers_are_read_as_numpy_writes_them(datatype: Datatype) -> None:
    values = np.array([0, 1, 1, 0], ELEMENTS[datatype])
    assert decode(datatype, values.tobytes()) == values.tolist()
    assert encode(datatype, values.tolist()) == values.tobytes()


@settings(deadline=None, database=None)
@given(st.lists(st.text(max_size=20), max_size=20))
def test_strings_come_back(texts: list[str]) -> None:
    assert decode("BYTES", encode("BYTES", texts)) == texts


@settings(deadline=None, database=None)
@given(st.lists(st.floats()))
def test_floats_come_back_bit_by_bit(values: list[float]) -> None:
    data = encode("FP64", values)
    assert encode("FP64", decode("FP64", data)) == data


@pytest.mark.parametrize(
    ("datatype", "data", "problem"),
    [
        pytest.param("FP64", b"\0" * 9, "8 byte", id="a number and a bit"),
        pytest.param("BYTES", b"\1\0\0", "length", id="a length that is cut short"),
        pytest.param("BYTES", b"\2\0\0\0a", "cut short", id="a string that is cut short"),
        pytest.param("BYTES", b"\xff\xff\xff\xffa", "cut short", id="a string of 4 GB"),
        pytest.param("BYTES", b"\1\0\0\0\xff", "UTF-8", id="bytes that are no text"),
    ],
)
def test_bytes_that_are_no_tensor_are_refused(datatype: Any, data: bytes, problem: str) -> None:
    with pytest.raises(BadTensor, match=problem):
        decode(datatype, data)


@settings(deadline=None, database=None)
@given(st.sampled_from(DATATYPES), st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_and_never_hold_more_than_they_have(
    datatype: Datatype, data: bytes
) -> None:
    try:
        elements = decode(datatype, data)
    except BadTensor:
        return
    assert len(elements) <= len(data)


def test_a_boolean_is_a_byte_of_0_or_1_and_another_stays_a_number() -> None:
    decoded = decode("BOOL", b"\0\1\2")
    assert decoded == [False, True, 2]
    assert [type(value) for value in decoded] == [bool, bool, int]
