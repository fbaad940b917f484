"""Names of predictions: made by a gateway, and recognised by every gateway with the same secret.

    0199a3c4d5e6 00002 8f14e45fceea167a 9b1c2d3e 5a105e8b9d40e132 - 0
    milliseconds rows-1 random           caller   seal               row

Sorting by id is sorting by time, and a label that names a prediction also says in which part of the
log to look. `caller` and `seal` are keyed hashes (BLAKE2b, RFC 7693): the first says who asked to
nobody without the secret, the second that a gateway made all of it for this model. So no gateway
has to remember what it predicted, to know who may say what became of it.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable, Sequence
from typing import Literal

# Whose prediction an id names, as its asker is concerned. `unknown`: no gateway with this secret
# made it for this model.
Whose = Literal["own", "other", "unknown"]

FORM = r"^[0-9a-f]{57}-(0|[1-9][0-9]{0,5})$"
_CALLER_BYTES, _SEAL_BYTES = 4, 8
_CALLER_AT, _SEAL_AT, _STEM = 33, 41, 57


class PredictionIds:
    """Makes ids, and recognises them.

    The first of `lasting` seals; all of them recognise, so that a secret can be exchanged. Without
    any, only what this object made itself is recognised.
    """

    def __init__(
        self, lasting: Sequence[bytes] = (), clock: Callable[[], int] = time.time_ns
    ) -> None:
        self.lasting = bool(lasting)
        self._secrets = tuple(lasting) or (secrets.token_bytes(32),)
        self._clock = clock

    def make(self, model: str, caller: str, rows: int) -> list[str]:
        """One id for each row of a request."""
        milliseconds = self._clock() // 1_000_000
        head = f"{milliseconds:012x}{rows - 1:05x}{secrets.token_hex(8)}"
        marked = head + _mark(self._secrets[0], head, caller)
        stem = marked + _seal(self._secrets[0], marked, model)
        return [f"{stem}-{row}" for row in range(rows)]

    def whose(self, name: str, model: str, caller: str) -> Whose:
        """Whose prediction an id names that has the form."""
        if not has_its_row(name):
            return "unknown"
        for secret in self._secrets:
            if hmac.compare_digest(_seal(secret, name[:_SEAL_AT], model), name[_SEAL_AT:_STEM]):
                mark = _mark(secret, name[:_CALLER_AT], caller)
                own = hmac.compare_digest(mark, name[_CALLER_AT:_SEAL_AT])
                return "own" if own else "other"
        return "unknown"


def has_its_row(name: str) -> bool:
    """Whether the row that an id names is one that its request had."""
    return int(name[_STEM + 1 :]) <= int(name[12:17], 16)


def share_of(name: str) -> float:
    """A number from 0 to 1 by which requests can be sampled: the same for every row of a request,
    for the shadow of it, and in every gateway.
    """
    return int(name[17:25], 16) / 2**32


def _mark(secret: bytes, head: str, caller: str) -> str:
    return _hash(secret, f"caller\0{head}{caller}", _CALLER_BYTES)


def _seal(secret: bytes, marked: str, model: str) -> str:
    return _hash(secret, f"id\0{marked}{model}", _SEAL_BYTES)


def _hash(secret: bytes, message: str, size: int) -> str:
    return hashlib.blake2b(message.encode(), key=secret, digest_size=size).hexdigest()
