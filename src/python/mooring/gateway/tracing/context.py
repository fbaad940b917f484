"""W3C Trace Context: which trace a request belongs to, and who called.

https://www.w3.org/TR/trace-context/ (level 1). What is malformed is treated as absent, so that a
caller's mistake costs its trace and never its request.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from contextvars import ContextVar
from typing import NamedTuple

_PARENT = re.compile(
    rb"((?!ff)[0-9a-f]{2})"  # version
    rb"-((?!0{32})[0-9a-f]{32})"  # trace
    rb"-((?!0{16})[0-9a-f]{16})"  # span
    rb"-([0-9a-f]{2})"  # flags
    rb"(-.*)?",  # versions of the future may say more
    re.DOTALL,
)
_SAMPLED = 0x01

_KEY = rb"(?:[a-z][a-z0-9_\-*/]{0,255}|[a-z0-9][a-z0-9_\-*/]{0,240}@[a-z][a-z0-9_\-*/]{0,13})"
_VALUE = rb"[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]"
_MEMBER = re.compile(rb"(?P<key>" + _KEY + rb")=" + _VALUE)
_MOST_MEMBERS = 32
# What the specification asks everyone to pass on; more is not promised to anybody.
_LONGEST_STATE = 512


class TraceContext(NamedTuple):
    """One span of a trace: lower-case hex ids of 32 and 16 digits.

    A tuple, since one is made for every hop of every request: a frozen dataclass takes 5 times as
    long.
    """

    trace_id: str
    span_id: str
    sampled: bool = False
    parent_id: str = ""  # the span that caused this one; empty at the beginning of a trace
    state: str = ""  # what others keep in the trace; passed on as it came

    @property
    def traceparent(self) -> str:
        """How the next hop is told."""
        return f"00-{self.trace_id}-{self.span_id}-{'01' if self.sampled else '00'}"

    def child(self) -> TraceContext:
        """A new span, caused by this one."""
        return TraceContext(
            self.trace_id, _new_id(16), self.sampled, parent_id=self.span_id, state=self.state
        )


# The span of the request that is being answered; None outside of requests.
current: ContextVar[TraceContext | None] = ContextVar("current_trace", default=None)


def trace_id() -> str:
    """The id of the current trace, empty outside of requests."""
    context = current.get()
    return context.trace_id if context else ""


def sampled_trace() -> str:
    """The id of the current trace if somebody keeps it, else empty."""
    context = current.get()
    return context.trace_id if context and context.sampled else ""


def begin(sampled: bool = False) -> TraceContext:
    """A trace that begins here."""
    return TraceContext(_new_id(32), _new_id(16), sampled)


def read(parents: Sequence[bytes], states: Sequence[bytes] = ()) -> TraceContext | None:
    """The caller's span, from the values of its `traceparent` and `tracestate` headers.

    None unless there is exactly one sound `traceparent`. A malformed `tracestate` is dropped.
    """
    if len(parents) != 1:
        return None
    match = _PARENT.fullmatch(parents[0].strip(b" \t"))
    if match is None:
        return None
    version, trace, span, flags, more = match.groups()
    if version == b"00" and more is not None:
        return None
    sampled = bool(int(flags, 16) & _SAMPLED)
    state = _read_state(states) if states else ""
    return TraceContext(trace.decode(), span.decode(), sampled, state=state)


def _read_state(states: Sequence[bytes]) -> str:
    """One list out of all headers, in their order; empty when it is malformed or too long."""
    members = [member.strip(b" \t") for value in states for member in value.split(b",")]
    members = [member for member in members if member]
    matches = [_MEMBER.fullmatch(member) for member in members]
    keys = {match["key"] for match in matches if match is not None}
    # A key that stands there twice counts as malformed, too.
    if len(keys) != len(members) or len(members) > _MOST_MEMBERS:
        return ""
    joined = b",".join(members)
    return joined.decode() if len(joined) <= _LONGEST_STATE else ""


def _new_id(digits: int) -> str:
    """Random, but no secret: nobody is let in who guesses it."""
    return f"{random.getrandbits(4 * digits):0{digits}x}"
