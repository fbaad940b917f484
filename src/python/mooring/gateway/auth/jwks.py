"""The public keys of an issuer (RFC 7517): where they are fetched, and which of them are usable.

Only keys for signatures, of the two kinds that every issuer has: RSA from 2,048 bits on (RS256) and
P-256 (ES256). A key is good for its own algorithm alone, whatever a token says.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import aiohttp
import jwt

from mooring.gateway.errors import GatewayError

ALGORITHMS = ("RS256", "ES256")

# An issuer has a handful of keys, of 400 bytes each or with certificates 4 KB.
_LARGEST = 262_144
_MOST_KEYS = 100
_SHORTEST_RSA = 2_048
_FETCH_SECONDS = 5.0


class BadJwks(GatewayError):
    """The issuer's keys could not be fetched or used."""


@dataclass(frozen=True)
class PublicKey:
    """One usable key."""

    id: str
    algorithm: str
    key: jwt.PyJWK


class Source(Protocol):
    """Where the document is."""

    async def fetch(self) -> bytes:
        """The document, or a little more of it than is accepted. Raises BadJwks."""


@dataclass(frozen=True)
class FileSource:
    """A file, such as one that a sidecar keeps fresh."""

    path: Path

    async def fetch(self) -> bytes:
        try:
            return await asyncio.to_thread(self._read)
        except OSError as error:
            raise BadJwks(error.strerror or type(error).__name__) from None

    def _read(self) -> bytes:
        with self.path.open("rb") as file:
            return file.read(_LARGEST + 1)


@dataclass(frozen=True)
class HttpSource:
    """An address; what it redirects to is not followed."""

    url: str

    async def fetch(self) -> bytes:
        timeout = aiohttp.ClientTimeout(total=_FETCH_SECONDS)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()) as ask,
                ask.get(self.url, allow_redirects=False) as response,
            ):
                if response.status != 200:
                    raise BadJwks(f"the issuer answered {response.status}")
                return await _start_of(response.content)
        except TimeoutError:
            raise BadJwks("the issuer is silent") from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise BadJwks(f"the issuer cannot be reached: {type(error).__name__}") from None


async def _start_of(content: aiohttp.StreamReader) -> bytes:
    parts = bytearray()
    async for part in content.iter_any():
        parts += part
        if len(parts) > _LARGEST:
            break
    return bytes(parts)


def source_of(named: str) -> Source:
    """An address, or else a path."""
    return FileSource(Path(named)) if named.startswith("/") else HttpSource(named)


def parse_jwks(document: bytes) -> tuple[PublicKey, ...]:
    """The usable keys; others are left out. Raises BadJwks when there is none."""
    if len(document) > _LARGEST:
        raise BadJwks(f"the document is longer than {_LARGEST} bytes")
    try:
        keys = json.loads(document)["keys"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise BadJwks("the document is no JSON Web Key Set") from None
    if not isinstance(keys, list) or len(keys) > _MOST_KEYS:
        raise BadJwks(f"the document has no list of at most {_MOST_KEYS} keys")
    usable = tuple(key for key in map(_usable, keys) if key is not None)
    if not usable:
        raise BadJwks("no key in it is usable: RSA from 2,048 bits on, or P-256")
    return usable


def _usable(entry: Any) -> PublicKey | None:
    if not isinstance(entry, dict) or entry.get("use", "sig") != "sig":
        return None
    algorithm = _algorithm(entry)
    if algorithm is None or entry.get("alg", algorithm) != algorithm:
        return None
    try:
        key = jwt.PyJWK(entry, algorithm=algorithm)
    except (jwt.PyJWTError, ValueError, TypeError, KeyError):
        return None
    if algorithm == "RS256" and key.key.key_size < _SHORTEST_RSA:
        return None
    return PublicKey(str(entry.get("kid", "")), algorithm, key)


def _algorithm(entry: Mapping[str, Any]) -> str | None:
    """What a key is for, by its kind alone; never a shared secret (`oct`), never a private key."""
    if "d" in entry:
        return None
    if entry.get("kty") == "RSA":
        return "RS256"
    return "ES256" if (entry.get("kty"), entry.get("crv")) == ("EC", "P-256") else None
