from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mooring.contract.errors import InvalidRows
from mooring.contract.json_members import Parts, at_most, exactly, refuse_repeated_members

names = st.text(alphabet=st.sampled_from(':{}[],"\\ab é\n'), max_size=4)
documents = st.recursive(
    st.none() | st.integers() | names,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4),
    max_leaves=12,
)


def parts_of(value: Any) -> Parts:
    """What the bytes are said to hold, counted the long way."""
    if isinstance(value, dict | list):
        inner = [parts_of(each) for each in (value.values() if isinstance(value, dict) else value)]
        objects, lists = isinstance(value, dict), isinstance(value, list)
        own = Parts(objects, len(value) * objects, lists, max(len(value) - 1, 0))
        return Parts(*map(sum, zip(own, *inner, strict=True)))
    return Parts(0, 0, 0, 0)


@given(documents, st.booleans())
def test_the_parts_of_any_document_are_counted(document: Any, ascii_only: bool) -> None:
    body = json.dumps(document, ensure_ascii=ascii_only).encode()
    assert exactly(body) == parts_of(document)
    assert exactly(body).within(at_most(body))


@given(documents)
def test_a_document_without_repeated_members_passes(document: Any) -> None:
    body = json.dumps(document).encode()
    refuse_repeated_members(body, kept=exactly(body).members)
    refuse_repeated_members(body, kept=0)


@pytest.mark.parametrize(
    ("body", "paths"),
    [
        pytest.param(b'{"a":1,"a":1}', ["a"], id="twice"),
        pytest.param(b'{"a":1,"a":1,"a":1}', ["a", "a"], id="three times"),
        pytest.param(b'{"a":1,"\\u0061":1}', ["a"], id="spelled in two ways"),
        pytest.param(b'{"rows":[{},{"b":{"c":[0,{"d":1,"d":2}]}}]}', ["rows[1].b.c[1].d"],
                     id="deep inside"),
        pytest.param(b'{"a:b":"c:d","a:b":":"}', ["(unknown field)"], id="among colons"),
    ],
)  # fmt: skip
def test_a_repeated_member_is_refused_with_its_path(body: bytes, paths: list[str]) -> None:
    with pytest.raises(InvalidRows) as refused:
        refuse_repeated_members(body, kept=exactly(body).members - len(paths))
    assert [violation.path for violation in refused.value.violations] == paths
    assert {violation.kind for violation in refused.value.violations} == {"repeated"}
