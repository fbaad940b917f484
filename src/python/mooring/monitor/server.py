"""The server process: uvicorn with our way to stop.

first SIGTERM or SIGINT   /readyz turns 503, what is in flight is finished, the look under way is
                          ended between two days, exit 0
second signal             stop now; exit 128 + signal
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from types import FrameType

import uvicorn
from fastapi import FastAPI

from mooring.monitor.settings import Settings
from mooring.process.web import Address, configured, listen

# A scrape or a webhook takes far less.
_FINISH_SECONDS = 10
_BACKLOG = 128


class MonitorServer(uvicorn.Server):
    """A uvicorn server that ends with 0 when it was asked to; `stopping` is told at once."""

    def __init__(self, config: uvicorn.Config, stopping: Callable[[], None]) -> None:
        super().__init__(config)
        self._stopping = stopping
        self.exit_code = 0

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        # Not the inherited one: that repeats the signal at the end, so that the process would not
        # exit 0.
        if self.should_exit:
            self.exit_code = 128 + sig
            self.force_exit = True
        self.should_exit = True
        self._stopping()


def make_server(app: FastAPI, stopping: Callable[[], None]) -> MonitorServer:
    """Configure the server; it listens on the sockets that it is served with."""
    return MonitorServer(configured(app, _FINISH_SECONDS), stopping)


def listen_at(settings: Settings) -> socket.socket:
    """Listen; port 0 takes a free one. Raises PortTaken."""
    address = Address(settings.host, settings.port, "monitor", "MOORING_MONITOR_PORT")
    return listen(address, _BACKLOG)
