"""ASGI middleware before both prediction routes: the right content type, a bounded body.

BentoML alone takes form and text bodies of any size (measured with 1.4.39: 50 MB accepted). What
passes here has been read whole, so the routes behind never wait for a sender.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mooring.contract.contract import Contract
from mooring.contract.errors import MooringError
from mooring.contract.wire import CONTENT_TYPE, widest_body
from mooring.serving.deadline import note_arrival
from mooring.serving.errors import BodyTooLarge, UnsupportedBody
from mooring.serving.problem import problem
from mooring.serving.replica import Replica

COLUMNS, PREDICT = "/columns", "/predict"

_CONTENT_TYPES: Mapping[str, str] = {COLUMNS: CONTENT_TYPE, PREDICT: "application/json"}

# No contract may ask for a larger JSON body; columns of more are a contract gone wrong.
LARGEST_COLUMNS = 64 * 1_048_576


class Guard:
    """Answers 503, 415 and 413 itself; hands on a body that is complete."""

    def __init__(
        self, app: ASGIApp, replica: Replica, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._app = app
        self._clock = clock
        self._replica = replica
        self._limits: Mapping[str, int] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "POST" or not _guards(scope):
            await self._app(scope, receive, send)
            return
        note_arrival(scope, self._clock())
        try:
            body = await self._admit(scope, receive)
        except MooringError as error:
            await problem(error, self._replica.headers)(scope, receive, send)
            return
        if body is not None:
            await self._app(scope, _replay(body, receive), send)

    async def _admit(self, scope: Scope, receive: Receive) -> bytes | None:
        limit = self._limit(scope["path"])
        headers = Headers(scope=scope)
        _check_type(headers, _CONTENT_TYPES[scope["path"]])
        announced = headers.get("content-length", "0")
        if not announced.isdigit() or int(announced) > limit:
            raise _too_large(limit)
        return await _read(receive, limit)

    def _limit(self, path: str) -> int:
        contract = self._replica.served.contract
        if not self._limits:
            self._limits = {COLUMNS: columns_limit(contract), PREDICT: contract.limits.bytes}
        return self._limits[path]


def columns_limit(contract: Contract) -> int:
    """Bytes of the largest columnar body that `contract` allows."""
    return min(widest_body(contract, contract.limits.rows), LARGEST_COLUMNS)


def _guards(scope: Scope) -> bool:
    return scope["path"] in _CONTENT_TYPES


def _check_type(headers: Headers, wanted: str) -> None:
    found = headers.get("content-type", "").partition(";")[0].strip().lower()
    if found != wanted:
        raise UnsupportedBody(
            f"the body must be {wanted}", place="Content-Type", cure=f"Send it as {wanted}."
        )


async def _read(receive: Receive, limit: int) -> bytes | None:
    """The whole body, or None when the sender went away. Raises BodyTooLarge while reading."""
    parts: list[bytes] = []
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        part: bytes = message.get("body", b"")
        size += len(part)
        if size > limit:
            raise _too_large(limit)
        parts.append(part)
        more = message.get("more_body", False)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _replay(body: bytes, receive: Receive) -> Receive:
    """Give `body` once, then what the server has to say (a disconnect)."""
    message: Message | None = {"type": "http.request", "body": body, "more_body": False}

    async def replay() -> Message:
        nonlocal message
        if message is None:
            return await receive()
        first, message = message, None
        return first

    return replay


def _too_large(limit: int) -> BodyTooLarge:
    return BodyTooLarge(
        f"the body is larger than {limit} bytes", place="body", cure="Send fewer rows at once."
    )
