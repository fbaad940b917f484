"""The keys that are valid at this moment: those of the file as it was when it was last in order."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from mooring.gateway.auth.errors import BadKeys
from mooring.gateway.auth.identity import Identity
from mooring.gateway.auth.keys import PREFIX, Keys
from mooring.gateway.auth.keys_file import keys_of, read_keys
from mooring.telemetry.auth import KEY_REQUESTS, KEYS, KEYS_READ, KEYS_STALE
from mooring.telemetry.binding import Instruments

_log = logging.getLogger(__name__)

# What tells one version of a file from the next; a mounted secret is swapped, not written.
_Look = tuple[int, int, int] | None


def _now() -> datetime:
    return datetime.now(UTC)


class KeyRing:
    """Identifies callers by API key; follows its file."""

    def __init__(
        self, path: Path, instruments: Instruments, now: Callable[[], datetime] = _now
    ) -> None:
        """Read the file. Raises BadKeys: a gateway does not start on keys that it cannot read."""
        self._path = path
        self._instruments = instruments
        self._now = now
        self._look: _Look = _look_at(path)
        self._trouble = ""
        self._keys = Keys(keys_of(read_keys(path)))
        self._tell()

    def claims(self, credential: str) -> bool:
        """Keys have a prefix of their own."""
        return credential.startswith(PREFIX)

    def remembers(self, credential: str) -> bool:
        """All of them."""
        return True

    async def identify(self, credential: str) -> Identity:
        """Whose key it is. Raises UnknownCredential or KeyOutdated."""
        key = self._keys.find(credential, self._now())
        self._instruments.add(KEY_REQUESTS, key=key.id)
        return Identity(key.caller, key.id, key.rate, key.id)

    async def follow(self, seconds: float, hurry: asyncio.Event) -> None:
        """Look at the file again and again, and at once when `hurry` is set."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await hurry.wait()
            await self.refresh(anyway=hurry.is_set())
            hurry.clear()

    async def refresh(self, *, anyway: bool = False) -> None:
        """Read the file if it is not the one that was read; a bad one changes nothing."""
        look = await asyncio.to_thread(_look_at, self._path)
        # A file that was not in order may have been read while it was written.
        if look == self._look and not self._trouble and not anyway:
            return
        self._look = look
        try:
            fresh = await asyncio.to_thread(read_keys, self._path)
        except BadKeys as error:
            self._keep(str(error))
        else:
            self._take(Keys(keys_of(fresh)))

    def _keep(self, trouble: str) -> None:
        self._instruments.add(KEYS_READ, outcome="refused")
        self._instruments.set(KEYS_STALE, 1)
        if trouble != self._trouble:
            _log.error("keys are kept as they were", extra={"reason": trouble})
        self._trouble = trouble

    def _take(self, fresh: Keys) -> None:
        gone = {key.id for key in self._keys} - {key.id for key in fresh}
        self._keys, self._trouble = fresh, ""
        for key_id in gone:
            self._instruments.forget(KEY_REQUESTS, key=key_id)
        self._tell()

    def _tell(self) -> None:
        self._instruments.add(KEYS_READ, outcome="ok")
        self._instruments.set(KEYS_STALE, 0)
        self._instruments.set(KEYS, len(self._keys))
        _log.info("keys are read", extra={"keys": len(self._keys)})


def _look_at(path: Path) -> _Look:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino, found.st_size
