"""Draining: the time between the wish to stop and the end, in which callers move elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Drain:
    """Begun once; over `seconds` later. Readiness fails from the beginning on."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._begun_at: float | None = None

    def begin(self) -> None:
        """Start to drain; a second call changes nothing."""
        if self._begun_at is None:
            self._begun_at = self._clock()

    @property
    def begun(self) -> bool:
        """Whether new callers should go elsewhere."""
        return self._begun_at is not None

    @property
    def over(self) -> bool:
        """Whether it is time to stop accepting connections."""
        return self._begun_at is not None and self._clock() - self._begun_at >= self._seconds


class CloseWhileDraining:
    """ASGI middleware: answers during the drain end their connection, so that callers reconnect."""

    def __init__(self, app: ASGIApp, drain: Drain) -> None:
        self._app = app
        self._drain = drain

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not self._drain.begun:
            await self._app(scope, receive, send)
            return

        async def closing(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["connection"] = "close"
            await send(message)

        await self._app(scope, receive, closing)
