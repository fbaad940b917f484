"""What ends a request before the application sees it.

RequestError
├── MalformedHttp         no request, or one that two readers could understand differently
├── HeadTooLarge
├── TargetTooLong
├── UnknownExpectation    an Expect header that asks for more than 100-continue
└── TooSlow
Unserved
└── TooManyConnections    every connection that this gateway keeps is busy
"""

from __future__ import annotations

from mooring.gateway.errors import RequestError, Unserved


class MalformedHttp(RequestError):
    """Bytes that are no request, or one that two readers could understand differently."""

    def __init__(self, problem: str) -> None:
        cure = "Use an HTTP client library, without a proxy that changes requests."
        super().__init__(problem, place="request", cure=cure)


class HeadTooLarge(RequestError):
    """The request's head has too many bytes or lines."""

    def __init__(self, size: int, lines: int) -> None:
        cure = "Send fewer or shorter headers."
        super().__init__(f"more than {size} bytes or {lines} lines", place="headers", cure=cure)


class TargetTooLong(RequestError):
    """The request's path and query are too long."""

    def __init__(self, limit: int) -> None:
        cure = "Send rows in the body."
        super().__init__(f"it is longer than {limit} bytes", place="path", cure=cure)


class UnknownExpectation(RequestError):
    """An Expect header that asks for more than 100-continue."""

    def __init__(self) -> None:
        cure = "Leave the header out."
        super().__init__("only 100-continue is known", place="Expect header", cure=cure)


class TooSlow(RequestError):
    """The request did not arrive in time."""

    def __init__(self) -> None:
        cure = "Send it again over a faster connection."
        super().__init__("it did not arrive in time", place="request", cure=cure)


class TooManyConnections(Unserved):
    """Every connection that this gateway keeps is busy."""

    def __init__(self) -> None:
        cure = (
            "Use fewer connections and keep them open. Where a proxy makes them for many callers, "
            "its operator raises MOORING_CONNECTIONS_PER_ADDRESS."
        )
        super().__init__("too many connections, in all or from this address", cure=cure)
