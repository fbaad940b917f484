"""What can go wrong in the gateway.

StartError                        the process cannot start: process/errors.py
├── BadRouting                    exit 78: the routing document
└── BadKeys                       exit 78: the keys file; auth/errors.py
MooringError
└── GatewayError
    ├── RequestError              the caller can mend it
    │   ├── UnknownModel
    │   ├── UnknownVersion
    │   ├── WrongMethod
    │   ├── WrongMediaType
    │   ├── BadPatience
    │   ├── BadEventTime
    │   ├── EventTimeRefused
    │   ├── BodyTooLarge
    │   ├── MalformedBody
    │   ├── ClientGone            the caller hung up; nobody reads the answer
    │   ├── Denied                not to this caller: auth/errors.py
    │   └── …                     what ends a request before the application: edge/errors.py
    ├── Unserved                  ours to mend; no service was asked
    │   ├── Overloaded            more work than is done in time; `reason` is one word
    │   └── DeadlineExceeded      nobody waits any more
    └── UpstreamError             ours to mend; `reason` is one word for machines
        ├── UpstreamNotReady      it was not asked: it is not there yet, or serves another bundle
        ├── UpstreamUnreachable   no connection
        ├── CircuitOpen           it was not asked: it failed again and again
        ├── UpstreamBusy          it turned the request away, undone
        ├── UpstreamDisconnected  the connection broke before an answer
        ├── UpstreamTimeout       the contract's deadline passed
        ├── UpstreamRefused       it answered with an error
        ├── UpstreamChanged       it serves another contract or bundle than a moment ago
        └── UpstreamInvalid       its answer is not one finite prediction for each row
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal

from mooring.contract.errors import MooringError
from mooring.process.errors import StartError

ShedReason = Literal["queue_full", "queue_timeout"]

_SHED: Mapping[ShedReason, str] = {
    "queue_full": "too many requests wait for it already",
    "queue_timeout": "it did not get to this request in time",
}


class GatewayError(MooringError):
    """Root of the gateway's errors."""


class BadRouting(StartError):
    """A routing document that cannot be used."""


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
    """The body is not declared as what is read here."""

    def __init__(self, *accepted: str) -> None:
        cure = f"Send Content-Type: {' or '.join(accepted)}, without Content-Encoding."
        super().__init__("a body of that type is not read here", place="body", cure=cure)


class BadPatience(RequestError):
    """The header that says how long the caller waits is no number of milliseconds."""

    def __init__(self, header: str) -> None:
        cure = "Send whole milliseconds, such as 1500, or leave it out."
        super().__init__("it is not a number of milliseconds", place=header, cure=cure)


class BadEventTime(RequestError):
    """The header does not hold a moment."""

    def __init__(self, header: str) -> None:
        cure = "Write it as in 2013-04-01T12:00:00Z (RFC 3339), or leave it out."
        super().__init__("it is not a moment with its zone", place=header, cure=cure)


class EventTimeRefused(RequestError):
    """Not everybody may say when the rows came to be."""

    def __init__(self, header: str) -> None:
        cure = "Leave it out, or ask with a key that may administer."
        super().__init__("only an operator may say that", place=header, cure=cure)


class BodyTooLarge(RequestError):
    """The body is longer than the model's contract or this gateway allows."""

    def __init__(self, limit: int) -> None:
        cure = "Send fewer rows in each request."
        super().__init__(f"it is longer than {limit} bytes", place="body", cure=cure)
        self.limit = limit


class MalformedBody(RequestError):
    """The body's parts are not as long as it says."""


class ClientGone(RequestError):
    """The caller hung up before its body was complete."""

    def __init__(self) -> None:
        super().__init__("the connection ended before the body did", place="body")


class Unserved(GatewayError):
    """A request that this gateway did not pass on."""


class Overloaded(Unserved):
    """More work for this model than is done in time: this request was turned away, undone."""

    def __init__(self, model: str, reason: ShedReason) -> None:
        cure = "Try again after the time in Retry-After, and not more often than answers come."
        super().__init__(_SHED[reason], place=model, cure=cure)
        self.reason = reason


class DeadlineExceeded(Unserved):
    """The deadline passed before the model service was asked."""

    def __init__(self, model: str) -> None:
        cure = "Allow more time, or send fewer rows at once."
        super().__init__("its time was over before the work began", place=model, cure=cure)


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


class CircuitOpen(UpstreamError):
    """The service was not asked: it failed again and again, and is left alone for a while."""

    reason = "circuit_open"

    def __init__(self, model: str, seconds: float) -> None:
        super().__init__(model, "its service failed again and again, and is left alone")
        self.seconds = seconds  # until it is tried again


class UpstreamBusy(UpstreamError):
    """The service turned the request away and did nothing of it."""

    reason = "busy"


class UpstreamDisconnected(UpstreamError):
    """The service closed the connection before it answered."""

    reason = "disconnected"


class UpstreamTimeout(UpstreamError):
    """The deadline passed."""

    reason = "timeout"


class UpstreamRefused(UpstreamError):
    """The service answered with an error, which has a `status` of HTTP."""

    reason = "refused"

    def __init__(self, model: str, problem: str, status: int = 500) -> None:
        super().__init__(model, problem)
        self.status = status


class UpstreamChanged(UpstreamError):
    """The service no longer serves the bundle or the contract it was learned with."""

    reason = "changed"


class UpstreamInvalid(UpstreamError):
    """The service's answer is unusable."""

    reason = "invalid"
