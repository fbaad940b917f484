"""The gate as the settings want it, and what keeps it up to date."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from mooring.gateway.auth.buckets import Buckets
from mooring.gateway.auth.gate import Gate, Rates
from mooring.gateway.auth.identity import Identifier
from mooring.gateway.auth.keyring import KeyRing
from mooring.gateway.auth.needs import Needs
from mooring.gateway.auth.settings import AuthSettings
from mooring.telemetry.binding import Instruments

# Runs as long as the gateway; the event says that now is a good time to look.
Follower = Callable[[asyncio.Event], Coroutine[Any, Any, None]]


@dataclass(frozen=True)
class Entrance:
    """The gate, and what has to run beside it."""

    gate: Gate
    followers: tuple[Follower, ...] = ()


def entrance_of(authentication: str, settings: AuthSettings, instruments: Instruments) -> Entrance:
    """Make the gate. Raises BadKeys."""
    ways = authentication.split(",")
    made = []
    if "keys" in ways:
        made.append(_by_keys(settings, instruments))
    if "oidc" in ways:
        made.append(_by_tokens(settings, instruments))
    gate = Gate(
        [identifier for identifier, _ in made],
        Needs(open_docs=settings.open_docs),
        _rates(settings),
        requests=Buckets(),
        failures=Buckets(),
    )
    return Entrance(gate, tuple(follower for _, follower in made))


def _by_keys(settings: AuthSettings, instruments: Instruments) -> tuple[Identifier, Follower]:
    ring = KeyRing(settings.keys_file, instruments)

    async def follow(hurry: asyncio.Event) -> None:
        await ring.follow(settings.reload_seconds, hurry)

    return ring, follow


def _by_tokens(settings: AuthSettings, instruments: Instruments) -> tuple[Identifier, Follower]:
    # Cryptography is 10 MB that only those load who need it.
    from mooring.gateway.auth.issuer import Ages, Issuer
    from mooring.gateway.auth.jwks import source_of
    from mooring.gateway.auth.tokens import Expected, Tokens

    ages = Ages(settings.jwks_seconds, settings.jwks_stale_seconds, settings.jwks_miss_seconds)
    issuer = Issuer(source_of(settings.jwks), ages, instruments)
    expected = Expected(
        settings.issuer, settings.audience, settings.scope_claim, settings.leeway_seconds
    )

    async def follow(hurry: asyncio.Event) -> None:
        await issuer.follow()

    return Tokens(issuer, expected), follow


def _rates(settings: AuthSettings) -> Rates:
    return Rates(
        settings.rate,
        settings.anonymous_rate,
        settings.burst_seconds,
        settings.failures_per_minute,
    )
