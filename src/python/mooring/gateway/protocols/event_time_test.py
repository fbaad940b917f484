from __future__ import annotations

from datetime import UTC, datetime

import pytest
from starlette.requests import Request

from mooring.gateway.auth.caller import ANYBODY, Caller, called_by
from mooring.gateway.errors import BadEventTime, EventTimeRefused
from mooring.gateway.protocols.event_time import event_time_of

ADMIN = Caller("operator", frozenset({"admin"}))
CLIENT = Caller("client", frozenset({"predict"}))
NOON = "2013-04-01T12:00:00Z"


def request(moment: str | None, caller: Caller = ADMIN, host: str = "192.0.2.1") -> Request:
    headers = [] if moment is None else [(b"mooring-event-time", moment.encode())]
    scope = {"type": "http", "headers": headers, "client": (host, 1)}
    return Request(called_by(scope, caller))


@pytest.mark.parametrize(
    "text",
    [
        NOON, "2013-04-01t12:00:00z", "2013-04-01 12:00:00+00:00", "2013-04-01T12:00:00.000Z",
        "2013-04-01T07:00:00-05:00",
    ],
)  # fmt: skip
def test_a_moment_is_read_in_any_zone(text: str) -> None:
    assert event_time_of(request(text)) == datetime(2013, 4, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "", "2013-04-01", "2013-04-01T12:00:00", "2013-02-30T12:00:00Z", "1364817600",
        "2013-04-01T24:30:00Z", "2013-04-01T12:00:00+99:00", "2013-04-01T12:00:00Z ",
        "٢013-04-01T12:00:00Z",
    ],
)  # fmt: skip
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(BadEventTime):
        event_time_of(request(text))


@pytest.mark.parametrize(
    ("caller", "host"),
    [
        pytest.param(CLIENT, "192.0.2.1", id="a client's key"),
        pytest.param(CLIENT, "127.0.0.1", id="a client's key on this machine"),
        pytest.param(ANYBODY, "192.0.2.1", id="anybody on another machine"),
    ],
)
def test_not_everybody_may_say_when(caller: Caller, host: str) -> None:
    with pytest.raises(EventTimeRefused):
        event_time_of(request(NOON, caller, host))
    assert event_time_of(request(None, caller, host)) is None


@pytest.mark.parametrize(
    ("caller", "host"),
    [
        pytest.param(ADMIN, "192.0.2.1", id="an admin's key"),
        pytest.param(ANYBODY, "127.0.0.1", id="this machine without keys"),
        pytest.param(ANYBODY, "::1", id="this machine without keys, IPv6"),
    ],
)
def test_who_may_say_when(caller: Caller, host: str) -> None:
    assert event_time_of(request(NOON, caller, host)) is not None
