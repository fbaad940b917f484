"""Whether the fact is the wish: what the routing document says of a model beside `release.json`."""

from __future__ import annotations

from mooring.bundle.release import Release, Released
from mooring.contract.routing import Routing, Target

_Named = tuple[int, str] | None


def differs(release: Release, routing: Routing | None) -> bool:
    """Whether the document names another champion or another challenger than the release.

    Without a document nothing is routed. It is true for a moment after each promotion, and while a
    challenger waits for its service; what lasts is a controller that is away, or one that cannot.
    """
    route = routing.models.get(release.model) if routing is not None else None
    fact = (_routed(route.champion), _routed(route.challenger)) if route else (None, None)
    return fact != (_wished(release.champion), _wished(release.challenger))


def _routed(target: Target | None) -> _Named:
    return (target.version, target.bundle) if target else None


def _wished(released: Released | None) -> _Named:
    return (released.version, released.bundle) if released else None
