"""Callers known by a token of the issuer: a signed JWT (RFC 7519, checked as RFC 8725 asks)."""

from __future__ import annotations

import hashlib
import re
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import jwt

from mooring.gateway.auth.caller import PERMISSIONS, Caller
from mooring.gateway.auth.errors import UnknownCredential
from mooring.gateway.auth.identity import Identity
from mooring.gateway.auth.issuer import Issuer
from mooring.gateway.auth.jwks import ALGORITHMS, PublicKey
from mooring.gateway.auth.keys import PREFIX

# Verified tokens that are remembered; checking one again costs 50 to 100 µs, a look-up 1.
REMEMBERED = 10_000

_JWT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_SUBJECT = re.compile(r"[\x21-\x7e]{1,120}")

# All that a crafted token can make a parser raise.
_UNREADABLE = (
    jwt.PyJWTError, ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError,
)  # fmt: skip


@dataclass(frozen=True)
class Expected:
    """What a token has to say of itself."""

    issuer: str
    audience: str
    scope_claim: str = "scope"
    leeway: float = 30.0


class Tokens:
    """Identifies callers by token; one that was verified is remembered until it expires."""

    def __init__(
        self,
        issuer: Issuer,
        expected: Expected,
        now: Callable[[], float] = time.time,
        most: int = REMEMBERED,
    ) -> None:
        self._issuer = issuer
        self._most = most
        self._expected = expected
        self._now = now
        self._verified: OrderedDict[bytes, tuple[Identity, float]] = OrderedDict()
        self._generation = 0

    def claims(self, credential: str) -> bool:
        """Three parts with points between, and not one of our keys."""
        return not credential.startswith(PREFIX) and _JWT.fullmatch(credential) is not None

    def remembers(self, credential: str) -> bool:
        """Whether it was verified before."""
        return _digest(credential) in self._current()

    async def identify(self, credential: str) -> Identity:
        """Whose token it is. Raises UnknownCredential or IssuerUnavailable."""
        digest = _digest(credential)
        identity, expires = self._current().get(digest) or await self._verify(credential)
        if self._now() > expires + self._expected.leeway:
            raise UnknownCredential
        self._remember(digest, identity, expires)
        return identity

    async def _verify(self, token: str) -> tuple[Identity, float]:
        key_id, algorithm = _header(token)
        key = await self._issuer.find(key_id, algorithm)
        try:
            claims = self._claims(token, key)
            return self._identity(claims), float(claims["exp"])
        except _UNREADABLE:
            raise UnknownCredential from None

    def _claims(self, token: str, key: PublicKey) -> Mapping[str, Any]:
        claims: Mapping[str, Any] = jwt.decode(
            token,
            key.key,
            algorithms=[key.algorithm],
            audience=self._expected.audience,
            issuer=self._expected.issuer,
            leeway=self._expected.leeway,
            options={"require": ["exp", "iss", "aud", "sub"]},
        )
        return claims

    def _identity(self, claims: Mapping[str, Any]) -> Identity:
        subject = claims["sub"]
        if not _SUBJECT.fullmatch(subject):
            raise ValueError("a subject that no log should hold")
        given = claims.get(self._expected.scope_claim, ())
        words = given.split() if isinstance(given, str) else given
        scopes = frozenset(word for word in PERMISSIONS if word in words)
        # No name in a keys file has a colon, so nobody can be taken for somebody else.
        name = f"oidc:{subject}"
        return Identity(Caller(name, scopes), name)

    def _current(self) -> OrderedDict[bytes, tuple[Identity, float]]:
        if self._generation != self._issuer.generation:
            self._verified.clear()
            self._generation = self._issuer.generation
        return self._verified

    def _remember(self, digest: bytes, identity: Identity, expires: float) -> None:
        verified = self._current()
        verified[digest] = identity, expires
        verified.move_to_end(digest)
        if len(verified) > self._most:
            verified.popitem(last=False)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _header(token: str) -> tuple[str | None, str]:
    """Id and algorithm that the token names. Raises UnknownCredential.

    The id is only ever compared with those of known keys; `jku`, `x5u` and `jwk`, by which a token
    could bring its own key, are not looked at.
    """
    try:
        header = jwt.get_unverified_header(token)
    except _UNREADABLE:
        raise UnknownCredential from None
    key_id, algorithm = header.get("kid"), header.get("alg")
    if algorithm not in ALGORITHMS or not isinstance(key_id, str | None):
        raise UnknownCredential
    return key_id, algorithm
