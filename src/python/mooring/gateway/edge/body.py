"""The body limit: on the declared length before a byte is read, else while the bytes stream in."""

from __future__ import annotations

from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mooring.gateway.errors import BodyTooLarge
from mooring.gateway.problems import problem_of


class BodyLimit:
    """ASGI middleware; `limit_of` tells for a path how many bytes its body may have."""

    def __init__(self, app: ASGIApp, limit_of: Callable[[str], int]) -> None:
        self._app = app
        self._limit_of = limit_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._limit_of(scope["path"])
        declared = _declared_length(scope)
        if declared is not None and declared > limit:
            await problem_of(BodyTooLarge(limit))(scope, receive, send)
            return
        bounded = receive if declared is not None else _bounded(receive, limit)
        await self._app(scope, bounded, send)


def _declared_length(scope: Scope) -> int | None:
    """Content-Length; the HTTP parser has checked that it is one number and that it is true."""
    return next((int(value) for name, value in scope["headers"] if name == b"content-length"), None)


def _bounded(receive: Receive, limit: int) -> Receive:
    received = 0

    async def bounded() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > limit:
            raise BodyTooLarge(limit)
        return message

    return bounded
