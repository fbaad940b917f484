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

from mooring.monitor.errors import PortTaken
from mooring.monitor.settings import Settings

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
    config = uvicorn.Config(
        app,
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=_FINISH_SECONDS,
    )
    return MonitorServer(config, stopping)


def listen(settings: Settings) -> socket.socket:
    """Listen; port 0 takes a free one. Raises PortTaken."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family, backlog=_BACKLOG)
    except OSError as error:
        raise PortTaken(
            error.strerror or type(error).__name__,
            place=f"monitor on {settings.host}:{settings.port}",
            cure="Stop what listens there or set MOORING_MONITOR_PORT.",
        ) from None
