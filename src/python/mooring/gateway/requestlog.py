"""One line for each request that is worth one: who asked what, and how it ended.

Errors and slow requests always; of the others a share, chosen by trace, so that all gateways that a
trace passes choose alike. A probe that went well says nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from mooring.gateway.account import Account, opened
from mooring.gateway.setting import number
from mooring.gateway.template import method_of, template_of
from mooring.gateway.tracing.context import trace_id
from mooring.gateway.watched import Watched

_PROBES = frozenset({"/livez", "/readyz", "/v2/health/live", "/v2/health/ready"})
# Of a trace's id as many digits as a float holds exactly.
_DIGITS = 13

Write = Callable[[dict[str, Any]], None]


def unwritten(facts: dict[str, Any]) -> None:
    """No log."""


@dataclass(frozen=True)
class Choice:
    """Which requests get a line."""

    ratio: float = number(1, "MOORING_LINES_RATIO", 0, 1, "of the requests that go well and fast")
    slow_seconds: float = number(1, "MOORING_LINES_SLOW_SECONDS", 0, 600, "slower ones always")

    def admits(self, route: str, status: int, seconds: float) -> bool:
        """Whether this one does."""
        if status >= 400 or seconds >= self.slow_seconds:
            return True
        return route not in _PROBES and _share(trace_id()) < self.ratio


class LogRequests:
    """ASGI middleware: gives each request its account, and writes it when the answer is sent."""

    def __init__(self, app: ASGIApp, choice: Choice, write: Write) -> None:
        self._app = app
        self._choice = choice
        self._write = write

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        account, started, watched = opened(), time.perf_counter(), Watched(send)
        try:
            await self._app(scope, receive, watched)
        finally:
            seconds, route = time.perf_counter() - started, template_of(scope)
            if self._choice.admits(route, watched.status or 500, seconds):
                self._write(_line(scope, route, watched.status, seconds, account))


def _line(
    scope: Scope, route: str, status: int, seconds: float, account: Account
) -> dict[str, Any]:
    caller = scope.get("mooring.caller")
    facts = {
        "route": route,
        "method": method_of(scope),
        # 0: the connection ended before an answer did.
        "status": status,
        "seconds": round(seconds, 6),
        "caller": (caller.id or None) if caller is not None else None,
        **vars(account),
    }
    return {name: fact for name, fact in facts.items() if fact is not None}


def _share(trace: str) -> float:
    """Where in 0 to 1 a trace lies: evenly distributed, since ids are random."""
    return int(trace[-_DIGITS:] or "0", 16) / float(16**_DIGITS)
