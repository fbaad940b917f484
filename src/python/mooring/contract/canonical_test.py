"""The same content has one spelling and one digest."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mooring.contract.canonical import canonical_json, sha256

documents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)  # fmt: skip


@pytest.mark.parametrize(
    ("document", "spelling"),
    [
        pytest.param({"b": 1, "a": 2}, b'{"a":2,"b":1}', id="keys are sorted"),
        pytest.param(
            [1, {"a": [True, None]}], b'[1,{"a":[true,null]}]', id="no blanks are written"
        ),
        pytest.param("große Fähre", '"große Fähre"'.encode(), id="text is UTF-8, not escaped"),
        pytest.param(0.1, b"0.1", id="a float has its shortest spelling"),
        pytest.param(2**53, b"9007199254740992", id="a large integer keeps its digits"),
    ],
)
def test_a_document_has_one_spelling(document: Any, spelling: bytes) -> None:
    assert canonical_json(document) == spelling


@given(documents)
def test_what_is_written_reads_back_the_same(document: Any) -> None:
    assert json.loads(canonical_json(document)) == document


@given(st.dictionaries(st.text(), documents, min_size=2))
def test_the_order_of_keys_does_not_matter(document: dict[str, Any]) -> None:
    turned = dict(reversed(document.items()))
    assert canonical_json(turned) == canonical_json(document)


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_what_json_cannot_hold_is_refused(number: float) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical_json({"x": [number]})


def test_a_digest_is_that_of_the_standard() -> None:
    # FIPS 180-2, appendix B.1.
    assert sha256(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
