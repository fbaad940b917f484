"""The columnar body: what is encoded is decoded, and whatever else arrives is InvalidWire."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mooring.contract.columns import Columns, columns_of
from mooring.contract.contract import Contract
from mooring.contract.errors import InvalidWire
from mooring.contract.testing.strategies import contracts, rows
from mooring.contract.wire import (
    decode_columns,
    decode_predictions,
    encode_columns,
    encode_predictions,
)

HEAD = 12


@st.composite
def encoded(draw: st.DrawFn) -> tuple[Contract, Columns, bytes]:
    """Any columns of any contract, with their body."""
    contract = draw(contracts())
    columns = columns_of(contract, draw(rows(contract)))
    return contract, columns, encode_columns(contract, columns)


@pytest.fixture
def sound(contract: Contract, row: dict[str, Any]) -> bytes:
    """A body of two rows."""
    return encode_columns(contract, columns_of(contract, [row, row | {"wind": None}]))


def decodes(contract: Contract, body: bytes) -> bool:
    """Whether the body is accepted; any exception but InvalidWire gets through."""
    try:
        decode_columns(contract, body)
    except InvalidWire:
        return False
    return True


@given(encoded())
def test_columns_survive_the_wire_bit_by_bit(drawn: tuple[Contract, Columns, bytes]) -> None:
    contract, columns, body = drawn
    decoded = decode_columns(contract, body)
    assert list(decoded) == list(columns)
    assert encode_columns(contract, decoded) == body
    for name, column in columns.items():
        np.testing.assert_array_equal(decoded[name], column)


@given(drawn=encoded(), data=st.data())
def test_a_body_cut_anywhere_is_refused(
    drawn: tuple[Contract, Columns, bytes], data: st.DataObject
) -> None:
    contract, _, body = drawn
    end = data.draw(st.integers(0, len(body) - 1))
    assert not decodes(contract, body[:end])


@given(drawn=encoded(), more=st.binary(min_size=1, max_size=40))
def test_a_body_with_more_behind_it_is_refused(
    drawn: tuple[Contract, Columns, bytes], more: bytes
) -> None:
    contract, _, body = drawn
    assert not decodes(contract, body + more)


@given(drawn=encoded(), bit=st.integers(0, 63))
def test_a_bit_flipped_in_the_magic_is_refused(
    drawn: tuple[Contract, Columns, bytes], bit: int
) -> None:
    contract, _, body = drawn
    assert not decodes(contract, flipped(body, bit))


@given(drawn=encoded(), data=st.data())
def test_a_bit_flipped_anywhere_is_decoded_or_refused(
    drawn: tuple[Contract, Columns, bytes], data: st.DataObject
) -> None:
    contract, _, body = drawn
    decodes(contract, flipped(body, data.draw(st.integers(0, 8 * len(body) - 1))))


@given(contract=contracts(), rows=st.integers(0, 2**32 - 1), rest=st.binary(max_size=200))
def test_any_bytes_behind_a_sound_head_are_decoded_or_refused(
    contract: Contract, rows: int, rest: bytes
) -> None:
    decodes(contract, struct.pack("<8sI", b"MOORCOL1", rows) + rest)


def flipped(body: bytes, bit: int) -> bytes:
    damaged = bytearray(body)
    damaged[bit // 8] ^= 1 << bit % 8
    return bytes(damaged)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        pytest.param(0, "rows are 1 to 3", id="no rows"),
        pytest.param(4, "rows are 1 to 3", id="more rows than the contract allows"),
        pytest.param(2**32 - 1, "rows are 1 to 3", id="four billion rows"),
        pytest.param(3, "cut short", id="a row more than there is"),
        pytest.param(1, "not UTF-8|left over|cut short", id="a row less than there is"),
    ],
)
def test_a_wrong_number_of_rows_is_refused(
    contract: Contract, sound: bytes, rows: int, said: str
) -> None:
    damaged = sound[:8] + struct.pack("<I", rows) + sound[HEAD:]
    with pytest.raises(InvalidWire, match=said):
        decode_columns(contract, damaged)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        pytest.param(b"north", b"nor\xff\xfe", "not UTF-8", id="a string that is not UTF-8"),
        pytest.param(b"\x05\0\0\0\x05", b"\xff\xff\xff\xff\x05", "cut short",
                     id="a string of four gigabytes"),
        pytest.param(b"\x05\0\0\0\x05", b"\x04\0\0\0\x05", ".", id="a string a byte too short"),
    ],
)  # fmt: skip
def test_a_damaged_string_is_refused(
    contract: Contract, sound: bytes, old: bytes, new: bytes, said: str
) -> None:
    assert old in sound
    with pytest.raises(InvalidWire, match=said):
        decode_columns(contract, sound.replace(old, new, 1))


@given(st.lists(st.floats(), min_size=1, max_size=9))
def test_predictions_survive_the_wire_bit_by_bit(values: list[float]) -> None:
    predictions = np.array(values)
    decoded = decode_predictions(encode_predictions(predictions), rows=len(values))
    assert decoded.tobytes() == predictions.tobytes()


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        pytest.param(lambda body: body[:-1], "cut short", id="a byte less"),
        pytest.param(lambda body: body + b"\0", "left over", id="a byte more"),
        pytest.param(lambda body: body[:HEAD], "cut short", id="only the head"),
        pytest.param(lambda body: body[:7], "shorter than its head", id="half a head"),
        pytest.param(lambda body: b"MOORCOL1" + body[8:], "does not begin", id="another magic"),
        pytest.param(lambda body: encode_predictions(np.zeros(2)), "one prediction for each row",
                     id="a prediction too few"),
        pytest.param(lambda body: encode_predictions(np.zeros(4)), "one prediction for each row",
                     id="a prediction too many"),
    ],
)  # fmt: skip
def test_damaged_predictions_are_refused(damage: Any, said: str) -> None:
    body = encode_predictions(np.array([0.25, 0.5, 0.75]))
    assert decode_predictions(body, rows=3).tolist() == [0.25, 0.5, 0.75]
    with pytest.raises(InvalidWire, match=said):
        decode_predictions(damage(body), rows=3)


def test_an_error_names_the_body_and_the_cure(contract: Contract) -> None:
    with pytest.raises(InvalidWire, match=r"^columnar body: .*mooring\.contract\.wire"):
        decode_columns(contract, b"")
