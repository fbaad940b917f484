"""Routes that tell the metrics which template they matched."""

from __future__ import annotations

from starlette.routing import Match, Route
from starlette.types import Scope


class TemplateRoute(Route):
    """A Starlette route that leaves itself in the scope, as FastAPI's own routes do."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        match, child = super().matches(scope)
        return match, ({**child, "route": self} if match is not Match.NONE else child)


def template_of(scope: Scope) -> str:
    """The template that the request matched, such as `/v1/models/{model}`, or `unmatched`."""
    route = scope.get("route")
    return str(route.path) if route is not None else "unmatched"
