"""Several versions of one model, each of which predicts in a way of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from mooring.contract.contract import Contract
from mooring.gateway.testing.contracts import CONTRACT
from mooring.gateway.testing.gateway import Answer
from mooring.gateway.testing.upstream import Behaviour, FakeUpstream, upstream

# On a busy machine no request of these tests runs out of time.
PATIENT = CONTRACT.model_copy(
    update={"limits": CONTRACT.limits.model_copy(update={"deadline_seconds": 30.0})}
)


def bundle_of(version: int) -> str:
    """The bundle that a version is."""
    return f"{version:064x}"


def predicted(version: int, hour: int) -> float:
    """What a version predicts for a row: a number that no other version predicts for any."""
    return hour / 100.0 + version / 10_000.0


@contextmanager
def service(version: int, contract: Contract = PATIENT, **more: Any) -> Iterator[FakeUpstream]:
    """The model service of one version, which says so with every prediction."""
    behaviour = Behaviour(
        contract=contract,
        bundle=bundle_of(version),
        version=version,
        added=predicted(version, 0),
        **more,
    )
    with upstream(behaviour) as running:
        yield running


def target(*services: FakeUpstream) -> dict[str, Any]:
    """The services, replicas of one another, as the routing document names them."""
    of = services[0].behaviour
    urls = [each.url for each in services]
    return {"urls": urls, "version": of.version, "bundle": of.bundle}


def canary(champion: FakeUpstream, challenger: FakeUpstream, percent: float) -> dict[str, Any]:
    """The route of a canary."""
    sides = {"champion": target(champion), "challenger": target(challenger)}
    return sides | {"mode": "canary", "percent": percent}


def shadowed(champion: FakeUpstream, challenger: FakeUpstream) -> dict[str, Any]:
    """The route of a shadow."""
    return {"champion": target(champion), "challenger": target(challenger), "mode": "shadow"}


def document(version: int, **routes: Any) -> dict[str, Any]:
    """A routing document; a route is whole, or a service that is the champion alone."""
    models = {
        name: {"champion": target(route)} if isinstance(route, FakeUpstream) else route
        for name, route in routes.items()
    }
    return {"format": 1, "version": version, "models": models}


def answered_by(answer: Answer) -> int:
    """The version that an answer says it comes from."""
    version: int = answer.json["model"]["version"]
    return version
