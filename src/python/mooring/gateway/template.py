"""Requests by what they match: words that few callers can choose, for metrics, logs and spans."""

from __future__ import annotations

from starlette.routing import Match, Route
from starlette.types import Scope


class TemplateRoute(Route):
    """A Starlette route that leaves itself in the scope, as FastAPI's own routes do."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        match, child = super().matches(scope)
        return match, ({**child, "route": self} if match is not Match.NONE else child)


METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def method_of(scope: Scope) -> str:
    """The method, or `other`: a caller may write anything there."""
    method = str(scope["method"])
    return method if method in METHODS else "other"


def template_of(scope: Scope) -> str:
    """The template that the request matched, such as `/v1/models/{model}`, or `unmatched`."""
    route = scope.get("route")
    return str(route.path) if route is not None else "unmatched"
