"""What becomes of an answer, seen from outside of the application."""

from __future__ import annotations

from starlette.types import Message, Send


class Watched:
    """An ASGI `send` that keeps the status of the answer it passes on; 0 until there is one."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        await self._send(message)
