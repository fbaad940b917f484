"""Answers of those who have no application: a problem as bytes, and the 503 beyond the caps."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from starlette.types import Receive, Scope, Send

from mooring.gateway.edge import errors
from mooring.gateway.edge.door import Door
from mooring.gateway.errors import RequestError, WrongMethod
from mooring.gateway.problems import problem_of

_PROBES = ("/livez", "/readyz")

_REASONS: dict[type[RequestError], str] = {
    errors.HeadTooLarge: "head_size",
    errors.TargetTooLong: "target_size",
    errors.UnknownExpectation: "expectation",
    WrongMethod: "method",
    errors.TooSlow: "slow",
}


def reason_of(error: RequestError) -> str:
    """The error in the metric's terms."""
    return _REASONS.get(type(error), "malformed")


def refusal(error: RequestError) -> bytes:
    """A whole response, after which the connection ends."""
    response = problem_of(error)
    status = HTTPStatus(response.status_code)
    lines = [b"HTTP/1.1 %d %s" % (status.value, status.phrase.encode())]
    lines += [b"%s: %s" % header for header in response.raw_headers]
    return b"\r\n".join((*lines, b"connection: close", b"", bytes(response.body)))


class ProbesOnly:
    """What is served on a connection beyond the caps: an orchestrator has to learn that we live."""

    def __init__(self, app: Any, door: Door) -> None:
        self._app = app
        self._door = door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def closing(message: Any) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"connection", b"close")]
            await send(message)

        if scope["path"] in _PROBES:
            await self._app(scope, receive, closing)
            return
        self._door.turned_away("connections")
        await problem_of(errors.TooManyConnections())(scope, receive, closing)
