"""What our web servers have in common: where they listen, and what they use of uvicorn."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass

import uvicorn
from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig

from mooring.process.errors import PortTaken

# FastAPI's own would look for an exporter at each request, and tell one what a caller sent.
SILENT: TelemetryConfig = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}


@dataclass(frozen=True)
class Address:
    """Where to listen; `owner` and `variable`, which sets the port, are told where it is taken."""

    host: str
    port: int
    owner: str
    variable: str

    def taken(self, error: OSError) -> PortTaken:
        """Nobody can listen there, and why."""
        return PortTaken(
            error.strerror or type(error).__name__,
            place=f"{self.owner} on {self.host}:{self.port}",
            cure=f"Stop what listens there or set {self.variable}.",
        )


def listen(address: Address, backlog: int) -> socket.socket:
    """Listen; port 0 takes a free one. Raises PortTaken."""
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    where = (address.host, address.port)
    try:
        return socket.create_server(where, family=family, backlog=backlog)
    except OSError as error:
        raise address.taken(error) from None


def configured(
    app: FastAPI, finish_seconds: int, http: type[asyncio.Protocol] | str = "httptools"
) -> uvicorn.Config:
    """A server that logs nothing by itself, believes no proxy, and gives what is in flight so many
    seconds at its end. It listens on the sockets that it is served with.
    """
    return uvicorn.Config(
        app,
        loop="uvloop",
        http=http,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=finish_seconds,
    )
