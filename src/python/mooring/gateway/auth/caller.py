"""Who asks, and what they may: `scope["mooring.caller"]` of every request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from starlette.types import Scope

# What a credential allows:
#   predict    ask models, and what is said of them
#   feedback   report what became of one's own predictions
#   labeler    report what became of anybody's
#   admin      all of these, and what only an operator may say, such as when a request happened
Permission = Literal["predict", "feedback", "labeler", "admin"]
PERMISSIONS: tuple[Permission, ...] = get_args(Permission)

_KEY = "mooring.caller"


@dataclass(frozen=True)
class Caller:
    """`id` names who asks, over all their keys; it is empty where nobody had to say.

    `models` are those that they may ask, None for all.
    """

    id: str
    scopes: frozenset[str]
    models: frozenset[str] | None = None

    def may(self, permission: Permission) -> bool:
        """Whether they may do that; who is admin may do all."""
        return permission in self.scopes or "admin" in self.scopes

    def may_ask(self, model: str) -> bool:
        """Whether they may ask that model."""
        return self.models is None or model in self.models


# Whoever reaches a gateway without authentication: they may report outcomes, for all callers are
# the same one, and nothing that needs an operator.
ANYBODY = Caller("", frozenset({"predict", "feedback"}))


def caller_of(scope: Scope) -> Caller:
    """Who sent this request."""
    caller: Caller = scope.get(_KEY, ANYBODY)
    return caller


def called_by(scope: Scope, caller: Caller) -> Scope:
    """Say who sent this request."""
    scope[_KEY] = caller
    return scope
