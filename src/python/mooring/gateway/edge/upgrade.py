"""Requests that offer another protocol, which we answer as if they had not (RFC 9110 7.8).

Java's HTTP client offers HTTP/2 on each first request. The parser takes the offer as accepted: it
would skip the body, and read its bytes as the next request.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Postponed:
    """A head that has to be read once more."""

    method: bytes
    target: bytes
    version: str
    headers: tuple[tuple[bytes, bytes], ...]

    def head(self) -> bytes:
        """The same head without the offer."""
        first = b"%s %s HTTP/%s" % (self.method, self.target, self.version.encode())
        kept = [b"%s: %s" % header for header in self.headers if header[0] != b"upgrade"]
        return b"\r\n".join((first, *kept, b"", b""))
