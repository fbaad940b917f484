"""Counting requests by route template, and showing the counts on a port of their own.

The port is private, by default to this machine: metrics tell which models exist and how much they
are used.
"""

from __future__ import annotations

from wsgiref.simple_server import WSGIServer

from prometheus_client import CollectorRegistry, start_http_server
from starlette.types import ASGIApp, Receive, Scope, Send

from mooring.gateway.problems import failure
from mooring.gateway.template import template_of
from mooring.gateway.watched import Watched
from mooring.process.web import Address
from mooring.telemetry.binding import Instruments
from mooring.telemetry.labels import METHOD
from mooring.telemetry.requests import GATEWAY_REQUESTS


class CountRequests:
    """ASGI middleware: every request once, by template, method and class of status code.

    It is the outermost that may see an error, so it also answers what nobody else did.
    """

    def __init__(self, app: ASGIApp, instruments: Instruments) -> None:
        self._app = app
        self._instruments = instruments

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        watched = Watched(send)
        try:
            await self._app(scope, receive, watched)
        except Exception as error:
            response = failure(error)
            if not watched.status:
                await response(scope, receive, watched)
        finally:
            self._count(scope, watched.status or 500)

    def _count(self, scope: Scope, status: int) -> None:
        method = scope["method"] if METHOD.admits(scope["method"]) else "other"
        code = f"{status // 100}xx"
        self._instruments.add(GATEWAY_REQUESTS, route=template_of(scope), method=method, code=code)


class MetricsPort:
    """The server of `/metrics`, a thread beside the event loop."""

    def __init__(self, server: WSGIServer) -> None:
        self._server = server

    @classmethod
    def open(cls, host: str, port: int, registry: CollectorRegistry) -> MetricsPort:
        """Listen; port 0 takes a free one. Raises PortTaken."""
        try:
            server, _ = start_http_server(port, host, registry)
        except OSError as error:
            raise Address(host, port, "metrics", "MOORING_METRICS_PORT").taken(error) from None
        return cls(server)

    @property
    def port(self) -> int:
        """The port that is listened on."""
        return int(self._server.server_port)

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
