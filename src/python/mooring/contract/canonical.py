"""Canonical JSON and digests: the same content has one spelling, hence one identity.

Keys are sorted, separators are minimal, text is UTF-8 and NaN is refused (after RFC 8785; floats
are written in Python's shortest round-trip form, so keep them out of what has to match elsewhere).
"""

from __future__ import annotations

import hashlib
import json
from typing import Any


def canonical_json(document: Any) -> bytes:
    """Write a JSON document in its only spelling.

    >>> canonical_json({"b": 1, "a": [True, None]})
    b'{"a":[true,null],"b":1}'
    """
    return json.dumps(
        document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()


def sha256(content: bytes) -> str:
    """Hex SHA-256 of `content`.

    >>> sha256(b"")[:8]
    'e3b0c442'
    """
    return hashlib.sha256(content).hexdigest()
