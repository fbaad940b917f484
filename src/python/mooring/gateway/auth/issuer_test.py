from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable
from typing import TypeVar

import pytest
from prometheus_client import CollectorRegistry

from mooring.gateway.auth.errors import IssuerUnavailable, UnknownCredential
from mooring.gateway.auth.issuer import Ages, Issuer
from mooring.gateway.auth.jwks import BadJwks
from mooring.gateway.testing.issuer import ec_key, jwk, rsa_key
from mooring.telemetry import auth
from mooring.telemetry.binding import bind

T = TypeVar("T")

OLD, NEW, OTHER = jwk(rsa_key(), "old"), jwk(rsa_key(1), "new"), jwk(ec_key(), "old")
AGES = Ages(fresh=300, stale=3600, miss=10)


class Published:
    """A source that answers what it is told to, slowly if asked."""

    def __init__(self, *keys: object) -> None:
        self.keys: tuple[object, ...] | None = keys
        self.asked = 0

    async def fetch(self) -> bytes:
        self.asked += 1
        await asyncio.sleep(0)
        if self.keys is None:
            raise BadJwks("down")
        return json.dumps({"keys": self.keys}).encode()


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def known(source: Published, clock: Clock) -> Issuer:
    instruments = bind(auth.METRICS, CollectorRegistry())
    return Issuer(source, AGES, instruments, clock)


def run(work: Awaitable[T]) -> T:
    async def main() -> T:
        return await work

    return asyncio.run(main())


def test_keys_are_fetched_when_one_is_first_needed() -> None:
    source = Published(OLD, OTHER)
    issuer = known(source, Clock())
    assert run(issuer.find("old", "RS256")).algorithm == "RS256"
    assert run(issuer.find("old", "ES256")).algorithm == "ES256"
    assert source.asked == 1


def test_a_token_without_an_id_is_of_the_only_key_for_its_algorithm() -> None:
    assert run(known(Published(OLD, OTHER), Clock()).find(None, "RS256")).id == "old"
    with pytest.raises(UnknownCredential):
        run(known(Published(OLD, NEW), Clock()).find(None, "RS256"))


def test_a_key_of_another_algorithm_is_not_taken() -> None:
    with pytest.raises(UnknownCredential):
        run(known(Published(OLD), Clock()).find("old", "ES256"))


def test_a_new_key_works_at_once_and_asking_for_unknown_ones_is_slowed_down() -> None:
    source, clock = Published(OLD), Clock()
    issuer = known(source, clock)
    run(issuer.find("old", "RS256"))
    source.keys = (OLD, NEW)
    clock.now = 9.0
    with pytest.raises(UnknownCredential):
        run(issuer.find("new", "RS256"))
    clock.now = 10.0
    assert run(issuer.find("new", "RS256")).id == "new"
    for number in range(1000):
        with pytest.raises(UnknownCredential):
            run(issuer.find(f"guess{number}", "RS256"))
    assert source.asked == 2


def test_many_at_once_cause_one_fetch() -> None:
    source = Published(OLD)
    issuer = known(source, Clock())

    async def crowd() -> list[str]:
        found = await asyncio.gather(*(issuer.find("old", "RS256") for _ in range(50)))
        return [key.id for key in found]

    assert asyncio.run(crowd()) == ["old"] * 50
    assert source.asked == 1


def test_keys_outlive_an_outage_of_the_issuer_but_not_for_ever() -> None:
    source, clock = Published(OLD), Clock()
    issuer = known(source, clock)
    run(issuer.refresh())
    before = issuer.generation
    source.keys = None
    clock.now = 3_900.0
    run(issuer.refresh())
    assert run(issuer.find("old", "RS256")).id == "old"
    assert issuer.generation == before
    clock.now = 3_901.0
    with pytest.raises(IssuerUnavailable):
        run(issuer.find("old", "RS256"))
    assert issuer.generation != before


def test_an_issuer_that_was_never_reached_is_our_fault_not_the_callers() -> None:
    source = Published()
    source.keys = None
    with pytest.raises(IssuerUnavailable):
        run(known(source, Clock()).find("old", "RS256"))


def test_a_key_that_is_withdrawn_is_forgotten_and_so_is_what_it_has_proven() -> None:
    source, clock = Published(OLD, NEW), Clock()
    issuer = known(source, clock)
    run(issuer.refresh())
    before = issuer.generation
    source.keys = (NEW,)
    run(issuer.refresh())
    assert issuer.generation != before
    with pytest.raises(UnknownCredential):
        run(issuer.find("old", "RS256"))
    assert run(issuer.find("new", "RS256")).id == "new"
