"""The keys of the issuer as they are known at this moment.

fetched every some minutes        a key that the issuer withdraws is good for as long
kept when that fails              an outage of the issuer is not ours, for a day
fetched on a key not known        a new one works at once; seldom, since anybody can name one
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from mooring.gateway.auth.errors import IssuerUnavailable, UnknownCredential
from mooring.gateway.auth.jwks import BadJwks, PublicKey, Source, parse_jwks
from mooring.telemetry.auth import ISSUER_KEYS, ISSUER_READS
from mooring.telemetry.binding import Instruments

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Ages:
    """Seconds: between fetches, after which keys are too old, and between those on a miss."""

    fresh: float
    stale: float
    miss: float


class Issuer:
    """Knows the keys, and when to ask for them again."""

    def __init__(
        self,
        source: Source,
        ages: Ages,
        instruments: Instruments,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._source = source
        self._ages = ages
        self._instruments = instruments
        self._clock = clock
        self._document = b""
        self._keys: tuple[PublicKey, ...] = ()
        self._fetched_at = self._asked_at = float("-inf")
        self._fetching = asyncio.Lock()
        self._fetches = self._changes = 0

    @property
    def generation(self) -> int:
        """Another number for other keys: what the ones before have proven is to be proven again."""
        return self._changes if self._current() else -1

    async def follow(self) -> None:
        """Fetch for ever, sooner after a failure."""
        while True:
            await self.refresh()
            fresh = self._clock() - self._fetched_at < self._ages.fresh
            await asyncio.sleep(self._ages.fresh if fresh else self._ages.miss)

    async def find(self, key_id: str | None, algorithm: str) -> PublicKey:
        """The key of that id. Raises UnknownCredential, or IssuerUnavailable when none is known."""
        found = self._known(key_id, algorithm)
        if found is None and self._may_ask():
            await self.refresh()
            found = self._known(key_id, algorithm)
        if found is not None:
            return found
        if not self._current():
            raise IssuerUnavailable
        raise UnknownCredential

    async def refresh(self) -> None:
        """Fetch; who comes meanwhile waits for the same answer. What fails changes nothing."""
        before = self._fetches
        async with self._fetching:
            if self._fetches == before:
                await self._fetch()

    async def _fetch(self) -> None:
        self._asked_at = self._clock()
        try:
            document = await self._source.fetch()
            self._take(document, parse_jwks(document))
        except BadJwks as error:
            self._keep(error)
        finally:
            self._fetches += 1

    def _known(self, key_id: str | None, algorithm: str) -> PublicKey | None:
        """The one key that it can be; a token that names none may be of the only one there is."""
        keys = [key for key in self._current() if key.algorithm == algorithm]
        if key_id is not None:
            keys = [key for key in keys if key.id == key_id]
        return keys[0] if len(keys) == 1 else None

    def _current(self) -> tuple[PublicKey, ...]:
        too_old = self._clock() - self._fetched_at > self._ages.fresh + self._ages.stale
        return () if too_old else self._keys

    def _may_ask(self) -> bool:
        return self._fetching.locked() or self._clock() - self._asked_at >= self._ages.miss

    def _take(self, document: bytes, keys: tuple[PublicKey, ...]) -> None:
        if document != self._document:
            _log.info("keys of the issuer are known", extra={"keys": len(keys)})
            self._changes += 1
        self._document, self._keys, self._fetched_at = document, keys, self._clock()
        self._instruments.add(ISSUER_READS, outcome="ok")
        self._instruments.set(ISSUER_KEYS, len(keys))

    def _keep(self, error: BadJwks) -> None:
        _log.warning("keys of the issuer are kept as they were", extra={"reason": error.problem})
        self._instruments.add(ISSUER_READS, outcome="refused")
        self._instruments.set(ISSUER_KEYS, len(self._current()))
