"""Strings as they travel: the same strings come back, and their keys tell them apart."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mooring.contract.texts import LONG_KEYS, LONGEST_KEYED, Texts, key_of, texts_of

strings = st.lists(st.text(max_size=9))


@given(strings)
@example(["AA", "UA", "B6"])
@example(["", ""])
@example(["é", "ab", "\0", "a\0", "\0a", "seven..", "eight..."])
def test_strings_come_back_and_each_short_one_has_its_key(values: list[str]) -> None:
    texts = texts_of(values)
    assert texts.strings() == values
    encoded = [value.encode() for value in values]
    short = [len(each) <= LONGEST_KEYED for each in encoded]
    assert texts.keys().tolist() == [
        key_of(each) if is_short else int(LONG_KEYS)
        for each, is_short in zip(encoded, short, strict=True)
    ]
    assert list(texts.long()) == [each for each in encoded if len(each) > LONGEST_KEYED]


@given(st.lists(st.binary(max_size=LONGEST_KEYED), unique=True))
def test_no_two_short_strings_have_one_key(values: list[bytes]) -> None:
    keys = [key_of(value) for value in values]
    assert len(set(keys)) == len(keys)
    assert all(key < LONG_KEYS for key in keys)


def test_bytes_that_are_no_utf8_have_keys_and_are_no_strings() -> None:
    texts = Texts(np.array([2, 1], dtype="<u4"), b"\xff\xfea")
    assert texts.keys().tolist() == [key_of(b"\xff\xfe"), key_of(b"a")]
    with pytest.raises(UnicodeDecodeError):
        texts.strings()
