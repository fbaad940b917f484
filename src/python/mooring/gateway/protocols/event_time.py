"""`Mooring-Event-Time`: when the rows came to be, where that is not now.

It moves predictions into another window of the monitoring, so not everybody may say it: an admin's
key may, and where nobody has to say who they are, this machine (replays and demonstrations).
"""

from __future__ import annotations

import re
from datetime import datetime
from ipaddress import ip_address

from starlette.requests import Request

from mooring.gateway.auth.caller import caller_of
from mooring.gateway.errors import BadEventTime, EventTimeRefused

EVENT_TIME_HEADER = "Mooring-Event-Time"

# RFC 3339, section 5.6, down to microseconds; a moment without its zone is not one.
_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,6})?([Zz]|[+-]\d\d:\d\d)", re.ASCII
)


def event_time_of(request: Request) -> datetime | None:
    """The moment that a request names, if it does. Raises BadEventTime or EventTimeRefused."""
    text = request.headers.get(EVENT_TIME_HEADER)
    if text is None:
        return None
    if not _may_say(request):
        raise EventTimeRefused(EVENT_TIME_HEADER)
    return _read(text)


def _may_say(request: Request) -> bool:
    caller = caller_of(request.scope)
    return caller.may("admin") or (not caller.id and _from_this_machine(request))


def _from_this_machine(request: Request) -> bool:
    return request.client is not None and ip_address(request.client.host).is_loopback


def _read(text: str) -> datetime:
    if not _MOMENT.fullmatch(text):
        raise BadEventTime(EVENT_TIME_HEADER)
    try:
        return datetime.fromisoformat(text.upper())
    except ValueError:
        raise BadEventTime(EVENT_TIME_HEADER) from None
