"""Every request is a span: of its caller's trace, or of one that begins here."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mooring.gateway.template import method_of, template_of
from mooring.gateway.tracing.context import TraceContext, begin, current, read
from mooring.gateway.tracing.spans import Attribute, Span, Spans, Untold, collected
from mooring.gateway.watched import Watched


@dataclass(frozen=True)
class Tracer:
    """Where spans go, and which share of the traces that begin here is sampled.

    Of a trace that began elsewhere its beginning decides, so that traces are whole.
    """

    spans: Spans = field(default_factory=Untold)
    ratio: float = 0.0

    def continued(self, scope: Scope) -> TraceContext:
        """The span of a request."""
        headers = scope["headers"]
        parents = [value for name, value in headers if name == b"traceparent"]
        states = [value for name, value in headers if name == b"tracestate"]
        caller = read(parents, states) if parents else None
        if caller is None:
            return begin(sampled=random.random() < self.ratio)
        return caller.child()


class TraceRequests:
    """ASGI middleware: `traceparent` in, `traceresponse` out.

    The latter names our span, so that a caller who traces nothing can still say which request was
    meant. (It stood in drafts of level 2; no client has to understand it.)
    """

    def __init__(self, app: ASGIApp, tracer: Tracer) -> None:
        self._app = app
        self._tracer = tracer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        context = self._tracer.continued(scope)
        current.set(context)
        collected.set(self._tracer.spans)
        started, watched = time.time_ns(), Watched(send)

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                header = (b"traceresponse", context.traceparent.encode())
                message["headers"] = [*message.get("headers", ()), header]
            await watched(message)

        try:
            await self._app(scope, receive, told)
        finally:
            if context.sampled:
                self._tracer.spans.accept(_span(context, scope, started, watched.status or 500))


def _span(context: TraceContext, scope: Scope, started: int, status: int) -> Span:
    method, route, ended = method_of(scope), template_of(scope), time.time_ns()
    attributes: dict[str, Attribute] = {
        "http.request.method": method,
        "http.route": route,
        "http.response.status_code": status,
    }
    name = f"{method} {route}"
    return Span(context, name, "server", started, ended, status >= 500, attributes)
