"""The server process: uvicorn with our way to stop.

first SIGTERM or SIGINT   /readyz turns 503 at once, requests are still served
after the drain           no new connections; what is in flight is finished; exit 0
second signal             stop now; exit 128 + signal
"""

from __future__ import annotations

import socket
from types import FrameType

import uvicorn
from fastapi import FastAPI

from mooring.gateway.drain import Drain
from mooring.gateway.edge.door import Door
from mooring.gateway.edge.protocol import protocol_at
from mooring.gateway.settings import Settings
from mooring.process.web import Address, configured, listen

# In flight is at most one deadline long (contracts start at 10 s); what lasts longer is cut.
_FINISH_SECONDS = 30
_BACKLOG = 1_024


class GatewayServer(uvicorn.Server):
    """A uvicorn server that drains before it stops."""

    def __init__(self, config: uvicorn.Config, drain: Drain) -> None:
        super().__init__(config)
        self._drain = drain
        self.exit_code = 0

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        # Not the inherited one: that stops at once, and repeats the signal at the end so that the
        # process would not exit 0.
        if self._drain.begun:
            self.exit_code = 128 + sig
            self.force_exit = self.should_exit = True
        else:
            self._drain.begin()

    async def on_tick(self, counter: int) -> bool:
        self.should_exit = self.should_exit or self._drain.over
        return await super().on_tick(counter)


def make_server(app: FastAPI, drain: Drain, door: Door) -> GatewayServer:
    """Configure the server; it listens on the sockets that it is served with."""
    return GatewayServer(configured(app, _FINISH_SECONDS, protocol_at(door)), drain)


def listen_at(settings: Settings) -> socket.socket:
    """Listen on the public address; port 0 takes a free one. Raises PortTaken."""
    address = Address(settings.host, settings.port, "gateway", "MOORING_GATEWAY_PORT")
    return listen(address, _BACKLOG)
