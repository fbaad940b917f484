"""Who of a canary's callers sees the challenger.

A key's position is a number from 0 to 1, hashed from model, challenger and key; the challenger
answers the positions below percent / 100. Hence every gateway decides alike, before and after a
restart; a higher percent only adds keys; and who is first in one canary is not first in the next.
"""

from __future__ import annotations

import random
from hashlib import blake2b

from mooring.contract.routing import Route

_BYTES = 8
_RANGE = float(2 ** (8 * _BYTES))


class Split:
    """The split of one canary between champion and challenger."""

    def __init__(self, model: str, route: Route, chance: random.Random) -> None:
        bundle = route.challenger.bundle if route.challenger else ""
        # Hashed once: what follows is only the key's own bytes.
        self._salted = blake2b(f"{model}\0{bundle}\0".encode(), digest_size=_BYTES)
        self._share = route.percent / 100.0 if route.mode == "canary" else 0.0
        self._chance = chance

    def to_challenger(self, key: str | None) -> bool:
        """Whether the challenger answers; without a key that is a new draw for each request.

        One key for all of a program's users, such as the id of its API key, would send all of them
        to one side.
        """
        if not self._share:
            return False
        return (self._chance.random() if key is None else self.position(key)) < self._share

    def position(self, key: str) -> float:
        """The key's place, uniform in [0, 1)."""
        digest = self._salted.copy()
        digest.update(key.encode("utf-8", "surrogateescape"))
        return int.from_bytes(digest.digest(), "big") / _RANGE
