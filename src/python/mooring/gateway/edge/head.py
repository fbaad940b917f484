"""What a request's head must be, beyond what the parser itself refuses.

The parser (llhttp, strict) refuses two lengths, a length that is no plain number, bare CR and LF,
folded lines, white space around names, control characters. What it lets through is here: whatever
two readers of one stream could understand differently.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import httptools

from mooring.gateway.edge.errors import MalformedHttp, UnknownExpectation
from mooring.gateway.errors import WrongMethod

Headers = Sequence[tuple[bytes, bytes]]

_HOST = re.compile(rb"(?:[A-Za-z0-9._~-]*|\[[0-9A-Fa-f:.]+\])(?::[0-9]*)?")

# Of two, a proxy may have obeyed the other one.
_SINGLE = frozenset(
    b"host transfer-encoding expect content-type content-encoding authorization".split()
)

# In a path a proxy may compare with its rules before or after decoding; so they must not matter:
# slashes and backslashes, control characters, and segments of dots.
_AMBIGUOUS = re.compile(
    rb"%(?:2f|5c|[01][0-9a-f]|7f)|\\|%(?![0-9a-f]{2})|(?:^|/)(?:\.|%2e){1,2}(?:/|$)", re.IGNORECASE
)


def check_head(version: str, method: bytes, target: bytes, headers: Headers) -> None:
    """Raises MalformedHttp, UnknownExpectation or WrongMethod. Names in lower case."""
    if version not in ("1.1", "1.0"):
        raise MalformedHttp("the version of HTTP is neither 1.1 nor 1.0")
    if method == b"CONNECT":
        raise WrongMethod(("GET", "POST"))
    _check_target(method, target)
    single = [header for header in headers if header[0] in _SINGLE]
    names = {name for name, _ in single}
    if len(names) != len(single):
        raise MalformedHttp("a header is there twice that says one thing, such as Host")
    if b"host" not in names and version == "1.1":
        raise MalformedHttp("there is no Host header")
    for name, value in single:
        _check_header(version, name, value)


def _check_header(version: str, name: bytes, value: bytes) -> None:
    if name == b"host" and not _HOST.fullmatch(value):
        raise MalformedHttp("the Host header is no name or address")
    if name == b"transfer-encoding":
        _check_encoding(version, value)
    if name == b"expect" and value.lower() != b"100-continue":
        raise UnknownExpectation


def _check_encoding(version: str, value: bytes) -> None:
    if version == "1.0" or value.strip().lower() != b"chunked":
        raise MalformedHttp("Transfer-Encoding is not exactly chunked, in HTTP/1.1")


def _check_target(method: bytes, target: bytes) -> None:
    if target.startswith(b"/"):
        path = target.partition(b"?")[0]
    elif method == b"OPTIONS" and target == b"*":
        return
    else:
        path = _absolute(target)
    if (b"%" in path or b"/." in path or b"\\" in path) and _AMBIGUOUS.search(path):
        raise MalformedHttp("the path holds an encoded slash, a control character or dot segments")


def _absolute(target: bytes) -> bytes:
    try:
        url = httptools.parse_url(target)
    except httptools.HttpParserInvalidURLError:
        url = None
    if url is None or url.schema not in (b"http", b"https") or url.path is None:
        raise MalformedHttp("the request target is neither a path nor a URL with one")
    return bytes(url.path)
