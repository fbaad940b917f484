"""How long the sender of a request still waits: what comes too late for it is not computed.

A length of time from the moment the request arrived here, so that no two clocks have to agree. It
is checked after the body is there and all that came before has been answered, since the model runs
inline in the event loop: that is where a request waits.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from starlette.types import Scope

from mooring.contract.errors import InvalidWire
from mooring.contract.wire import DEADLINE_HEADER
from mooring.serving.errors import DeadlinePassed

_ARRIVED = "mooring.arrived"
_MILLISECONDS = re.compile(r"[0-9]{1,9}", re.ASCII)


def note_arrival(scope: Scope, now: float) -> None:
    """Remember when a request arrived, in seconds of the clock that `check_deadline` is told."""
    scope[_ARRIVED] = now


def check_deadline(scope: Scope, headers: Mapping[str, str], now: float) -> None:
    """Raises DeadlinePassed when the sender waits no more, InvalidWire when it says nonsense."""
    said = headers.get(DEADLINE_HEADER)
    if said is None:
        return
    if not _MILLISECONDS.fullmatch(said):
        raise InvalidWire(
            "it is not a number of milliseconds",
            place=DEADLINE_HEADER,
            cure="Send whole milliseconds, or leave it out.",
        )
    arrived: float = scope.get(_ARRIVED, now)
    if now - arrived >= int(said) / 1_000:
        raise DeadlinePassed(
            "its sender had stopped waiting before the model was asked",
            place=DEADLINE_HEADER,
            cure="Allow more time, or send less at once.",
        )
