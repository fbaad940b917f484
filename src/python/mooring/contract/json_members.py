"""Bounds on JSON bodies that no type can state: how many members there are, and that none is twice.

Outside strings a colon stands behind each member's name and nowhere else, so members are counted at
the speed of a search for bytes. More of them than a parser kept means that a name was there twice:
every parser keeps one of the two without a word, and not the same one (RFC 8259, section 4).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from mooring.contract.errors import InvalidRows, Violation
from mooring.contract.faults import path_of

# Possessive: a string without an end costs one pass, not a pass for each of its escapes.
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)


class _Members(list[tuple[str, Any]]):
    """The members of an object, all of them."""


def count_outside_strings(body: bytes, *signs: bytes) -> list[int]:
    """How often each sign stands outside strings.

    >>> count_outside_strings(b'{"at": "7:30 {\\\\"utc\\\\"}"}', b":", b"{")
    [1, 1]
    """
    bare = _STRING.sub(b"", body)
    return [bare.count(sign) for sign in signs]


def refuse_many_members(body: bytes, most: int) -> None:
    """Raises InvalidRows before anybody makes objects, or complaints, of a million members."""
    if body.count(b":") > most and count_outside_strings(body, b":")[0] > most:
        message = f"it has more than {most} members in all"
        raise InvalidRows([Violation("body", "too_many_members", message)])


def refuse_repeated_members(body: bytes, kept: int) -> None:
    """Raises InvalidRows when a valid JSON body names a member twice; `kept` were understood.

    Costs 0.1 µs unless there are more colons than members.
    """
    if body.count(b":") <= kept or count_outside_strings(body, b":")[0] <= kept:
        return
    paths = islice(_repeated(json.loads(body, object_pairs_hook=_Members), ()), InvalidRows.SHOWN)
    message = "the member is there twice"
    if violations := [Violation(path_of(path), "repeated", message) for path in paths]:
        raise InvalidRows(violations)


def _repeated(value: Any, path: tuple[int | str, ...]) -> Iterator[tuple[int | str, ...]]:
    if isinstance(value, _Members):
        seen: set[str] = set()
        for name, inner in value:
            if name in seen:
                yield (*path, name)
            seen.add(name)
            yield from _repeated(inner, (*path, name))
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            yield from _repeated(inner, (*path, i))
