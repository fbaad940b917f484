"""API keys: what one looks like, what is kept of it, and whose it is.

    mooring_3f9c0d1e_5b1e…        prefix for scanners of leaked secrets, id, 160 random bits

Only its SHA-256 is kept. That needs no salt and no slow hash: those protect secrets that can be
guessed, and nobody guesses 160 bits.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest

from mooring.gateway.auth.caller import Caller
from mooring.gateway.auth.errors import KeyOutdated, UnknownCredential

PREFIX = "mooring_"

_ID_BYTES, _SECRET_BYTES = 4, 20
_FORM = re.compile(r"mooring_([0-9a-f]{8})_[0-9a-f]{40}")

# What an unknown id is compared with, so that it takes as long as a wrong secret. It is the digest
# of nothing that anybody could send, for it is not the digest of a key.
_NOBODY = hashlib.sha256(b"").digest()


@dataclass(frozen=True)
class Key:
    """What is kept of one key. `caller` may have several, for one to replace another.

    `rate` is requests a second, None for the gateway's default.
    """

    id: str
    sha256: bytes
    caller: Caller
    not_before: datetime | None = None
    expires: datetime | None = None
    rate: float | None = None

    def check_time(self, now: datetime) -> None:
        """Raises KeyOutdated."""
        if self.not_before is not None and now < self.not_before:
            raise KeyOutdated("it is not valid yet")
        if self.expires is not None and now >= self.expires:
            raise KeyOutdated("it has expired")


def new_key() -> tuple[str, str]:
    """A key of its own and its id."""
    key_id = secrets.token_hex(_ID_BYTES)
    return f"{PREFIX}{key_id}_{secrets.token_hex(_SECRET_BYTES)}", key_id


def digest_of(text: str) -> bytes:
    """What is kept of a key."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


class Keys:
    """The keys of one moment, by id."""

    def __init__(self, keys: Iterable[Key] = ()) -> None:
        self._keys = {key.id: key for key in keys}

    def __iter__(self) -> Iterator[Key]:
        return iter(self._keys.values())

    def __len__(self) -> int:
        return len(self._keys)

    def find(self, text: str, now: datetime) -> Key:
        """The key that was sent. Raises UnknownCredential, or KeyOutdated to whoever has it.

        Does the same for every text: one digest, one look-up, one comparison in constant time.
        """
        form = _FORM.fullmatch(text)
        key = self._keys.get(form[1] if form else "")
        expected = _NOBODY if key is None else key.sha256
        same = compare_digest(digest_of(text), expected)
        if key is None or not same:
            raise UnknownCredential
        key.check_time(now)
        return key
