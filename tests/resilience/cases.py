"""What breaks between gateway and model service, and what a caller then sees: pure data.

Both the test that breaks things and docs/gateway/faults.md are made from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from mooring.gateway.testing.faults import SOUND, Fault

# What requests are sent to a gateway with two replicas while one of them is broken.
SENT = 40


@dataclass(frozen=True)
class Outcome:
    """A status, and for an error its reason in one word."""

    status: int
    reason: str = ""

    def __str__(self) -> str:
        return f"{self.status} {self.reason}".strip()


SERVED = Outcome(200)
LEFT_ALONE = Outcome(503, "circuit_open")
NOT_READY = Outcome(503, "not_ready")


@dataclass(frozen=True)
class Case:
    """One fault and its consequences.

    `first` is what the first request meets, `lasting` what requests meet once the gateway has
    noticed. With a second replica that is sound at most `lost` of SENT requests fail.
    """

    title: str
    first: Outcome
    lasting: Outcome
    fault: Fault = SOUND  # of the connection
    behaviour: Mapping[str, Any] = field(default_factory=dict)  # of the service
    signal: Literal["", "SIGKILL", "SIGSTOP"] = ""  # to its process
    ready: int = 503  # what /readyz says once it has noticed; /livez always says 200
    lost: int = 0


# Often one or two: the watch looks as soon as a call has failed. How long its look takes is the
# machine's to say; what holds on every machine is the breaker, five in a row and one probe.
MOST_LOST = 6

# The service's answer to one row is 413 bytes long; the last 20 are its body, and the last of all
# holds the sign and most of the exponent of the prediction.
_IN_HEAD, _IN_BODY, _LAST = 100, 400, 412

CASES = (
    Case("The service is killed", Outcome(503, "unreachable"), NOT_READY, signal="SIGKILL"),
    Case(
        "The service is stopped: it accepts connections and never answers",
        Outcome(504, "timeout"), NOT_READY, signal="SIGSTOP", lost=MOST_LOST,
    ),
    Case(
        "Nobody listens any more, and open connections are reset",
        Outcome(503, "unreachable"), NOT_READY, Fault(door="closed"),
    ),
    Case(
        "Its machine is gone: no packet is answered",
        Outcome(504, "timeout"), NOT_READY, Fault(door="deaf"), lost=MOST_LOST,
    ),
    Case(
        "Requests do not arrive",
        Outcome(504, "timeout"), NOT_READY, Fault("request", silent=True), lost=MOST_LOST,
    ),
    Case(
        "Answers do not arrive",
        Outcome(504, "timeout"), NOT_READY, Fault(silent=True), lost=MOST_LOST,
    ),
    Case(
        "Answers come 0.1 to 0.3 s later, within the deadline",
        SERVED, SERVED, Fault(latency=0.1, jitter=0.2), ready=200,
    ),
    Case(
        "Answers come too late",
        Outcome(504, "timeout"), NOT_READY, Fault(latency=1.5), lost=MOST_LOST,
    ),
    Case(
        "Answers trickle: 100 bytes per second",
        Outcome(504, "timeout"), NOT_READY, Fault(bandwidth=100.0), lost=MOST_LOST,
    ),
    Case(
        "Connections are reset before an answer",
        Outcome(502, "disconnected"), NOT_READY, Fault(ending="reset"),
    ),
    Case(
        "Connections are reset in the head of an answer",
        Outcome(502, "disconnected"), NOT_READY, Fault(ending="reset", after=_IN_HEAD),
    ),
    Case(
        "Connections end before an answer",
        Outcome(502, "disconnected"), NOT_READY, Fault(ending="cut"),
    ),
    Case(
        "Connections end in the body of an answer",
        Outcome(502, "invalid"), NOT_READY, Fault(ending="cut", after=_IN_BODY), lost=MOST_LOST,
    ),
    Case(
        "Connections are half closed: requests still arrive, answers do not",
        Outcome(502, "disconnected"), NOT_READY, Fault(ending="half-close"),
    ),
    Case(
        "Connections close 0.5 s late", SERVED, SERVED, Fault(linger=0.5), ready=200,
    ),
    Case(
        "The first byte of answers is flipped",
        Outcome(502, "invalid"), NOT_READY, Fault(flip=0), lost=MOST_LOST,
    ),
    Case(
        "One byte of an answer is flipped, so that a probability is negative",
        Outcome(502, "invalid"), SERVED, Fault(flip=_LAST), ready=200, lost=1,
    ),
    Case(
        "Every request is answered 500",
        Outcome(502, "refused"), LEFT_ALONE, behaviour={"status": 500}, ready=200, lost=MOST_LOST,
    ),
    Case(
        "Every request is turned away with 503",
        NOT_READY, LEFT_ALONE, behaviour={"status": 503}, ready=200,
    ),
    Case(
        "Every request is turned away with 429",
        Outcome(503, "busy"), Outcome(503, "busy"), behaviour={"status": 429}, ready=200, lost=20,
    ),
    Case(
        "Answers are no predictions",
        Outcome(502, "invalid"), LEFT_ALONE, behaviour={"answer": b"x"}, ready=200, lost=MOST_LOST,
    ),
    Case(
        "It serves another bundle than the routing document names",
        Outcome(503, "changed"), NOT_READY, behaviour={"bundle": "c" * 64}, lost=MOST_LOST,
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Inside:
    """A fault of what the gateway itself stands on, and the test that knows it."""

    title: str
    consequence: str
    test: str


_OPERATION = "gateway/operation_test.py"
_LINES = "mooring_gateway_log_lines_dropped_total"

INSIDE = (
    Inside(
        "No model service is there at the start",
        "it starts; `/livez` and `/docs` say 200, `/readyz` 503 with a reason for each model, "
        "predictions are answered 503 at once",
        _OPERATION,
    ),
    Inside(
        "The disk under its log is full",
        f"lines are lost and counted (`{_LINES}`), requests are served",
        _OPERATION,
    ),
    Inside(
        "The disk under its prediction log is full",
        "records are dropped and counted, requests are served",
        "predictionlog/full_disk_test.py",
    ),
    Inside(
        "Nobody reads its log: the pipe is full",
        "lines are lost and counted: a thread waits for the reader, not the event loop",
        _OPERATION,
    ),
    Inside(
        "The collector of spans is gone",
        "spans are lost and counted (`mooring_gateway_trace_spans_total`), requests are served",
        "gateway/tracing/requests_test.py",
    ),
    Inside(
        "The routing document is deleted",
        "nothing: what was read last is obeyed",
        _OPERATION,
    ),
    Inside(
        "The wall clock jumps",
        "nothing: deadlines, breakers, drains and budgets count on the monotonic clock; keys and "
        "tokens expire by the wall clock, and times in logs and ids jump with it",
        "tests/resilience/clock_test.py",
    ),
)
