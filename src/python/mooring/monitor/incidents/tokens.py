"""Bearer tokens in files, which may change at any time: whoever rotates one writes both, a line
each, until the other side has the new one.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from pathlib import Path

from mooring.monitor.incidents.errors import SecretMissing, Unauthenticated

# A file of tokens holds one or two.
_LARGEST_FILE = 16_384

_SCHEME = "bearer"


@dataclass(frozen=True)
class TokenFile:
    """Who shows any line of this file is let in; it is read anew for every request."""

    path: Path

    def require(self, authorization: str | None) -> None:
        """Let a request in by its header. Raises Unauthenticated, SecretMissing."""
        known = self._known()
        scheme, _, shown = (authorization or "").partition(" ")
        given = shown.strip().encode()
        # All of them, each in the same time: how long it takes says nothing about any.
        fits = [hmac.compare_digest(given, token) for token in known]
        if scheme.lower() != _SCHEME or not any(fits):
            raise Unauthenticated(
                "there is no bearer token that fits",
                place="Authorization",
                cure="Send `Authorization: Bearer <token>` with a token of the monitor's file.",
            )

    def _known(self) -> list[bytes]:
        try:
            with self.path.open("rb") as file:
                lines = file.read(_LARGEST_FILE).splitlines()
        except OSError as error:
            raise self._missing(error.strerror or "it cannot be read") from None
        known = [line.strip() for line in lines if line.strip()]
        if not known:
            raise self._missing("it holds no token")
        return known

    def _missing(self, problem: str) -> SecretMissing:
        cure = "Write a token into it, and keep it from others: chmod 600."
        return SecretMissing(f"nobody is let in: {problem}", place=str(self.path), cure=cure)
