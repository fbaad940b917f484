"""ASGI middleware: nobody's body is read who may not come in."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

from mooring.gateway.auth.caller import called_by
from mooring.gateway.auth.errors import Denied, IssuerUnavailable
from mooring.gateway.auth.gate import Gate
from mooring.gateway.problems import problem_of
from mooring.telemetry.auth import AUTH
from mooring.telemetry.binding import Instruments


class Authenticate:
    """Says in the scope who asks, or answers 401, 403, 429 or 503 itself."""

    def __init__(self, app: ASGIApp, gate: Gate, instruments: Instruments) -> None:
        self._app = app
        self._gate = gate
        self._instruments = instruments

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            caller = await self._gate.admit(scope)
        except (Denied, IssuerUnavailable) as error:
            self._instruments.add(AUTH, outcome=error.outcome)
            await problem_of(error)(scope, receive, send)
            return
        self._instruments.add(AUTH, outcome="ok" if caller.id else "open")
        await self._app(called_by(scope, caller), receive, send)
