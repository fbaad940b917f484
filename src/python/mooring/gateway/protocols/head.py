"""HEAD wherever GET is: what asks whether a thing is there need not be sent it."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class HeadAsGet:
    """ASGI middleware: the routes see GET, everybody else HEAD; the server leaves the body out."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def restored(message: Message) -> None:
            scope["method"] = "HEAD"
            await send(message)

        # In place: what stands outside reads the matched route from this very scope.
        scope["method"] = "GET"
        try:
            await self._app(scope, receive, restored)
        finally:
            scope["method"] = "HEAD"
