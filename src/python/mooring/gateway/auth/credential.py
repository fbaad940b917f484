"""The credential of a request: `Authorization: Bearer …` or `X-API-Key: …`."""

from __future__ import annotations

import re

from starlette.types import Scope

from mooring.gateway.auth.errors import AmbiguousCredential, MissingCredential

# A token with many claims; the server's own limit on a head is larger.
LONGEST = 8_192

# `token68` of RFC 9110, in which keys and JWTs are written.
_BEARER = re.compile(rb"[Bb][Ee][Aa][Rr][Ee][Rr] +([A-Za-z0-9._~+/-]+=*)")
_PLAIN = re.compile(rb"[A-Za-z0-9._~+/-]+=*")


def credential_of(scope: Scope) -> str:
    """What was sent. Raises MissingCredential or AmbiguousCredential.

    Two different ones are refused: whoever is in front of us may have looked at the other.
    """
    sent = {_read(name, value) for name, value in scope["headers"] if name in _HEADERS}
    if not sent:
        raise MissingCredential
    if len(sent) > 1:
        raise AmbiguousCredential
    return sent.pop().decode("ascii")


_HEADERS = {b"authorization": _BEARER, b"x-api-key": _PLAIN}


def _read(name: bytes, value: bytes) -> bytes:
    match = _HEADERS[name].fullmatch(value) if len(value) <= LONGEST else None
    if match is None:
        raise AmbiguousCredential
    return match[match.lastindex or 0]
