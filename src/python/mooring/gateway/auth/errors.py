"""What can go wrong between a caller and what they ask for.

StartError
└── BadKeys                  exit 78: the keys file
RequestError
└── Denied                   `outcome` is the word that metrics have for it
    ├── Unauthenticated          401: who asks is not known
    │   ├── MissingCredential    none was sent
    │   ├── AmbiguousCredential  several were sent, or one that is no bearer token
    │   ├── UnknownCredential    not ours; also a wrong secret, a token that fails any check
    │   └── KeyOutdated          ours, not yet or no longer valid
    ├── Forbidden                403: who asks is known and lacks a scope
    ├── ForbiddenModel           403: who asks is known and may not ask this model
    └── Limited                  429: after some seconds it may be tried again
        ├── TooManyRequests      faster than the key's rate
        └── TooManyFailures      too many wrong credentials from one address
UpstreamError
└── IssuerUnavailable        503: the keys of the issuer could not be fetched yet

None of these holds what was sent.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar

from mooring.gateway.errors import RequestError, UpstreamError
from mooring.process.errors import StartError


class BadKeys(StartError):
    """A keys file that cannot be used."""


class Denied(RequestError):
    """Root of what authentication refuses."""

    outcome: ClassVar[str] = "denied"

    @property
    def headers(self) -> dict[str, str]:
        """What the answer says in its head."""
        return {}


class Unauthenticated(Denied):
    """Who asks is not known."""

    # The error of RFC 6750, section 3.1; none where no credential was sent.
    challenge: ClassVar[str] = 'Bearer realm="mooring", error="invalid_token"'

    @property
    def headers(self) -> dict[str, str]:
        return {"WWW-Authenticate": self.challenge}


class MissingCredential(Unauthenticated):
    """The request has no credential."""

    outcome = "missing"
    challenge = 'Bearer realm="mooring"'

    def __init__(self) -> None:
        cure = "Send a key as `Authorization: Bearer …` or `X-API-Key: …`."
        super().__init__("no credential was sent", cure=cure)


class AmbiguousCredential(Unauthenticated):
    """The request has more than one credential, or one that is not a bearer token."""

    outcome = "malformed"
    challenge = 'Bearer realm="mooring", error="invalid_request"'

    def __init__(self) -> None:
        cure = "Send one key, as `Authorization: Bearer …` or as `X-API-Key: …`."
        super().__init__("the credential cannot be read", cure=cure)


class UnknownCredential(Unauthenticated):
    """It is not one of ours. What exactly is wrong with it is not said."""

    outcome = "unknown"

    def __init__(self) -> None:
        cure = "Check that it is whole, and ask the gateway's operator whether it is still valid."
        super().__init__("the credential is not accepted", cure=cure)


class KeyOutdated(Unauthenticated):
    """The right key at the wrong time; told only to whoever has it."""

    outcome = "outdated"

    def __init__(self, problem: str) -> None:
        super().__init__(problem, place="key", cure="Ask the gateway's operator for another one.")


class Forbidden(Denied):
    """Who asks is known, and may not do this."""

    outcome = "forbidden"

    def __init__(self, needed: Sequence[str]) -> None:
        self.needed = tuple(needed)
        scopes = " or ".join(self.needed)
        super().__init__(f"the credential lacks the scope {scopes}", cure="Use one that has it.")

    @property
    def headers(self) -> dict[str, str]:
        scope = " ".join(self.needed)
        challenge = f'Bearer realm="mooring", error="insufficient_scope", scope="{scope}"'
        return {"WWW-Authenticate": challenge}


class ForbiddenModel(Denied):
    """Who asks is known, and may not ask this model, whether it exists or not."""

    outcome = "forbidden"

    def __init__(self) -> None:
        cure = "Use one that may, or ask the gateway's operator."
        super().__init__("the credential may not ask this model", cure=cure)


class Limited(Denied):
    """Too often; `seconds` later it may be tried again."""

    outcome = "limited"

    def __init__(self, problem: str, seconds: float) -> None:
        self.seconds = max(1, math.ceil(seconds))
        super().__init__(problem, cure=f"Try again in {self.seconds} s, and then more slowly.")

    @property
    def headers(self) -> dict[str, str]:
        return {"Retry-After": str(self.seconds)}


class TooManyRequests(Limited):
    """Faster than the rate of the key, or of the address where there is no key."""

    def __init__(self, rate: float, seconds: float) -> None:
        super().__init__(f"more than {rate:g} requests a second", seconds)


class TooManyFailures(Limited):
    """Too many wrong credentials from one address."""

    outcome = "blocked"

    def __init__(self, seconds: float) -> None:
        super().__init__("too many wrong credentials from this address", seconds)


class IssuerUnavailable(UpstreamError):
    """A token cannot be checked, for the issuer's keys could not be fetched yet."""

    reason = "issuer"
    outcome: ClassVar[str] = "unavailable"

    def __init__(self) -> None:
        super().__init__("issuer", "its keys are not known yet")
