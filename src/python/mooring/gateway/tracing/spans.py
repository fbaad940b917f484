"""Spans: what took how long within a trace. Kept only while somebody collects them."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Literal, Protocol

from mooring.gateway.tracing.context import TraceContext, current

Kind = Literal["server", "client"]
Attribute = str | int | float | bool


@dataclass(frozen=True)
class Span:
    """One piece of work; `started` and `ended` in nanoseconds since 1970."""

    context: TraceContext
    name: str
    kind: Kind
    started: int
    ended: int
    failed: bool = False
    attributes: Mapping[str, Attribute] = field(default_factory=dict)


class Spans(Protocol):
    """Where spans go."""

    def accept(self, span: Span) -> None:
        """Take it, or not: never raises, never waits."""


class Untold:
    """Nobody collects."""

    def accept(self, span: Span) -> None:
        """Let it go."""


# Where the spans of the current request go.
collected: ContextVar[Spans] = ContextVar("spans", default=Untold())  # noqa: B039  it has no state


@contextmanager
def hop(name: str) -> Iterator[dict[str, str]]:
    """Call another service as a span of its own; yields the headers that tell it so.

    Outside of a request there is no trace, and there are no headers.
    """
    caller = current.get()
    if caller is None:
        yield {}
        return
    context, started, failure = caller.child(), time.time_ns(), ""
    try:
        yield _headers(context)
    except BaseException as error:
        failure = type(error).__name__
        raise
    finally:
        if context.sampled:
            reason: dict[str, Attribute] = {"error.type": failure} if failure else {}
            span = Span(context, name, "client", started, time.time_ns(), bool(failure), reason)
            collected.get().accept(span)


def _headers(context: TraceContext) -> dict[str, str]:
    headers = {"traceparent": context.traceparent}
    return headers | {"tracestate": context.state} if context.state else headers
