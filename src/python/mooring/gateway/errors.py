"""What can go wrong in the gateway.

MooringError
└── GatewayError
    ├── StartError                the process cannot start; says so in one line
    │   ├── BadSetting            exit 78: an environment variable
    │   ├── BadRouting            exit 78: the routing document
    │   └── PortTaken             exit 69: an address that cannot be listened on
    ├── RequestError              the caller can mend it
    │   ├── UnknownModel
    │   ├── UnknownVersion
    │   ├── WrongMethod
    │   ├── WrongMediaType
    │   ├── BodyTooLarge
    │   └── ClientGone            the caller hung up; nobody reads the answer
    └── UpstreamError             ours to mend; `reason` is one word for machines
        ├── UpstreamNotReady      it was not asked: it is not there yet, or serves another bundle
        ├── UpstreamUnreachable   no connection
        ├── UpstreamDisconnected  the connection broke before an answer, twice
        ├── UpstreamTimeout       the contract's deadline passed
        ├── UpstreamRefused       it answered with an error
        ├── UpstreamChanged       it serves another contract or bundle than a moment ago
        └── UpstreamInvalid       its answer is not one finite prediction for each row
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import ClassVar

from mooring.contract.errors import MooringError


class GatewayError(MooringError):
    """Root of the gateway's errors."""


class StartError(GatewayError):
    """The process cannot start; `exit_code` after sysexits(3)."""

    exit_code: ClassVar[int] = os.EX_CONFIG


class BadSetting(StartError):
    """An environment variable that cannot be used."""


class BadRouting(StartError):
    """A routing document that cannot be used."""


class PortTaken(StartError):
    """An address that cannot be listened on."""

    exit_code = os.EX_UNAVAILABLE


class RequestError(GatewayError):
    """A request that its caller can mend."""


class UnknownModel(RequestError):
    """No model of that name is served. The name itself is not repeated."""

    def __init__(self, known: Sequence[str]) -> None:
        cure = f"Models served here: {', '.join(sorted(known))}. See GET /v1/models."
        super().__init__("no model of that name is served", cure=cure)
        self.known = tuple(known)


class UnknownVersion(RequestError):
    """The model is served, but not in that version or under that label."""

    def __init__(self, model: str, version: int) -> None:
        cure = f"It serves version {version} under the label champion; leave the version out."
        super().__init__("that version or label is not served", place=model, cure=cure)


class WrongMethod(RequestError):
    """The path exists, but not for this method."""

    def __init__(self, allowed: Sequence[str]) -> None:
        names = ", ".join(allowed)
        super().__init__("the method is not allowed here", cure=f"Use {names}.")
        self.allowed = tuple(allowed)


class WrongMediaType(RequestError):
    """The body is not declared as plain JSON."""

    def __init__(self) -> None:
        cure = "Send Content-Type: application/json, without Content-Encoding."
        super().__init__("only plain JSON is read here", place="body", cure=cure)


class BodyTooLarge(RequestError):
    """The body is longer than the model's contract or this gateway allows."""

    def __init__(self, limit: int) -> None:
        cure = "Send fewer rows in each request."
        super().__init__(f"it is longer than {limit} bytes", place="body", cure=cure)
        self.limit = limit


class ClientGone(RequestError):
    """The caller hung up before its body was complete."""

    def __init__(self) -> None:
        super().__init__("the connection ended before the body did", place="body")


class MalformedHttp(RequestError):
    """Bytes that are no request, or one that two readers could understand differently."""

    def __init__(self, problem: str) -> None:
        cure = "Use an HTTP client library, without a proxy that changes requests."
        super().__init__(problem, place="request", cure=cure)


class HeadTooLarge(RequestError):
    """The request's head has too many bytes or lines."""

    def __init__(self, bytes_: int, lines: int) -> None:
        cure = "Send fewer or shorter headers."
        super().__init__(f"more than {bytes_} bytes or {lines} lines", place="headers", cure=cure)


class TargetTooLong(RequestError):
    """The request's path and query are too long."""

    def __init__(self, limit: int) -> None:
        cure = "Send rows in the body."
        super().__init__(f"it is longer than {limit} bytes", place="path", cure=cure)


class UnknownExpectation(RequestError):
    """An Expect header that asks for more than 100-continue."""

    def __init__(self) -> None:
        super().__init__(
            "only 100-continue is known", place="Expect header", cure="Leave the header out."
        )


class TooSlow(RequestError):
    """The request did not arrive in time."""

    def __init__(self) -> None:
        cure = "Send it again over a faster connection."
        super().__init__("it did not arrive in time", place="request", cure=cure)


class TooManyConnections(GatewayError):
    """Every connection that this gateway keeps is busy."""

    def __init__(self) -> None:
        cure = (
            "Use fewer connections and keep them open. Where a proxy makes them for many callers, "
            "its operator raises MOORING_CONNECTIONS_PER_ADDRESS."
        )
        super().__init__("too many connections, in all or from this address", cure=cure)


class UpstreamError(GatewayError):
    """A model service that did not answer as it should."""

    reason: ClassVar[str] = "upstream"

    def __init__(self, model: str, problem: str) -> None:
        super().__init__(problem, place=model, cure="Try again; if it lasts, tell its operator.")


class UpstreamNotReady(UpstreamError):
    """The service was not asked: it is not ready, or serves what the routing does not name."""

    reason = "not_ready"


class UpstreamUnreachable(UpstreamError):
    """No connection to the service."""

    reason = "unreachable"


class UpstreamDisconnected(UpstreamError):
    """The service closed the connection before it answered."""

    reason = "disconnected"


class UpstreamTimeout(UpstreamError):
    """The deadline passed."""

    reason = "timeout"


class UpstreamRefused(UpstreamError):
    """The service answered with an error."""

    reason = "refused"


class UpstreamChanged(UpstreamError):
    """The service no longer serves the bundle or the contract it was learned with."""

    reason = "changed"


class UpstreamInvalid(UpstreamError):
    """The service's answer is unusable."""

    reason = "invalid"
