"""Caps on connections, on real sockets. Other addresses of this machine are other callers."""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import pytest

from mooring.gateway.edge.limits import EdgeLimits
from mooring.gateway.settings import Settings
from mooring.gateway.testing.contracts import ROW
from mooring.gateway.testing.gateway import Answer, RunningGateway, gateway, until
from mooring.gateway.testing.upstream import FakeUpstream

# Nothing times out here: who goes, goes because somebody else came.
LIMITS = EdgeLimits(
    connections=12, connections_per_address=6, spare_connections=2, head_seconds=60.0,
    body_seconds=60.0, body_grace_seconds=60.0, idle_seconds=60.0, spare_seconds=60.0,
)  # fmt: skip
GET = b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has all of 127.0.0.0/8")


@pytest.fixture
def served(service: FakeUpstream) -> Iterator[RunningGateway]:
    settings = Settings(port=0, learn_seconds=0.01, watch_seconds=0.05, edge=LIMITS)
    with gateway(service.url, settings) as running:
        running.until_ready()
        yield running


def connect(served: RunningGateway, source: str = "127.0.0.1") -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", served.port), 10, (source, 0))
    connection.settimeout(10)
    return connection


@contextmanager
def half_open(served: RunningGateway, count: int, hosts: int = 1) -> Iterator[list[socket.socket]]:
    with ExitStack() as stack:
        held = []
        for i in range(count):
            held.append(stack.enter_context(connect(served, f"127.0.0.{2 + i % hosts}")))
            held[-1].sendall(b"GET /livez HTTP/1.1\r\n")
        yield held


def ask(connection: socket.socket, request: bytes = GET) -> bytes:
    connection.sendall(request)
    return connection.recv(65_536)


def nothing_from(served: RunningGateway) -> bool:
    """Whether a new connection ends without an answer."""
    try:
        with connect(served) as outside:
            return ask(outside) == b""
    except ConnectionError:
        return True


@contextmanager
def busy(service: FakeUpstream, served: RunningGateway, count: int) -> Iterator[None]:
    """So many requests that wait for the model service; all of them are answered in the end."""
    service.behaviour.proceed.clear()
    with ThreadPoolExecutor(count) as threads:
        asked: list[Future[Answer]] = [threads.submit(served.predict, ROW) for _ in range(count)]
        try:
            connections = "mooring_gateway_connections"
            until(lambda: served.counted(connections), lambda now: now == count)
            until(lambda: service.behaviour.arrived.is_set(), bool)
            yield
        finally:
            service.behaviour.proceed.set()
        assert {each.result().status for each in asked} == {200}


def test_half_open_connections_of_one_address_keep_nobody_out(served: RunningGateway) -> None:
    with half_open(served, 30):
        for source in ("127.0.0.1", "127.0.0.2"):
            with connect(served, source) as good:
                assert ask(good).startswith(b"HTTP/1.1 200 ")
        assert (served.counted("mooring_gateway_connections") or 0) <= 8


def test_half_open_connections_of_many_addresses_keep_nobody_out(served: RunningGateway) -> None:
    with half_open(served, 60, hosts=20):
        for _ in range(20):
            assert served.predict(ROW).status == 200
        # The last prediction's connection may be gone by now.
        open_now = served.counted("mooring_gateway_connections")
        assert open_now in (LIMITS.connections - 1, LIMITS.connections)


def test_a_connection_that_has_proved_itself_outlives_half_open_ones(
    served: RunningGateway,
) -> None:
    with connect(served) as good:
        assert ask(good).startswith(b"HTTP/1.1 200 ")
        with half_open(served, 60, hosts=20):
            assert ask(good).startswith(b"HTTP/1.1 200 ")


def test_one_connection_too_many_for_an_address_is_503_where_all_are_busy(
    service: FakeUpstream, served: RunningGateway
) -> None:
    with busy(service, served, LIMITS.connections_per_address):
        refused = served.predict(ROW)
        probe = served.get("/livez")
        with connect(served, "127.0.0.2") as other:
            assert ask(other).startswith(b"HTTP/1.1 200 ")
    assert refused.status == 503
    assert refused.json["type"] == "urn:mooring:problem:too-many-connections"
    assert refused.headers["retry-after"] == "1"
    assert (probe.status, probe.headers["connection"]) == (200, "close")
    assert json.loads(probe.body) == {"status": "live"}


def test_beyond_the_spare_places_connections_are_closed_at_once(
    service: FakeUpstream, served: RunningGateway
) -> None:
    with busy(service, served, LIMITS.connections_per_address), ExitStack() as stack:
        for _ in range(LIMITS.spare_connections):
            stack.enter_context(connect(served))
        count = "mooring_gateway_turned_away_total"
        before = served.counted(count, reason="connections") or 0.0
        assert nothing_from(served)
    assert served.counted(count, reason="connections") == before + 1
