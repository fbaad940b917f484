"""Slow senders and readers, on real sockets. The limits are shorter than in production."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from mooring.gateway.edge.limits import EdgeLimits
from mooring.gateway.settings import Settings
from mooring.gateway.testing.contracts import ROW
from mooring.gateway.testing.gateway import RunningGateway, gateway, until
from mooring.gateway.testing.upstream import FakeUpstream, upstream

LIMITS = EdgeLimits(
    head_seconds=0.4, body_seconds=1.0, body_grace_seconds=0.2, idle_seconds=0.6,
    unread_seconds=0.3, linger_seconds=0.3, sweep_seconds=0.02,
)  # fmt: skip
PREDICT = "/v1/models/voyage_delay:predict"
GET = b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"
POST = f"POST {PREDICT} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n".encode()
BODY = json.dumps({"instances": [ROW]}).encode()
# More than any of the deadlines above: who is still there then was forgotten.
FORGOTTEN_SECONDS = 10.0


@pytest.fixture(scope="module")
def service() -> Iterator[FakeUpstream]:
    with upstream() as service:
        yield service


@pytest.fixture(scope="module")
def served(service: FakeUpstream) -> Iterator[RunningGateway]:
    settings = Settings(port=0, learn_seconds=0.01, watch_seconds=0.05, edge=LIMITS)
    with gateway(service.url, settings) as running:
        running.until_ready()
        yield running


@contextmanager
def connected(served: RunningGateway) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", served.port)) as connection:
        connection.settimeout(FORGOTTEN_SECONDS)
        yield connection


def rest_of(connection: socket.socket) -> bytes:
    """All that comes until the other side closes."""
    received = b""
    while part := connection.recv(65_536):
        received += part
    return received


def drip(connection: socket.socket, data: bytes) -> bytes:
    """Send a byte every 20 ms until the other side has had enough; what it says."""
    connection.settimeout(0.02)
    end = time.monotonic() + FORGOTTEN_SECONDS
    for i in range(len(data)):
        try:
            connection.sendall(data[i : i + 1])
            if received := connection.recv(65_536):
                connection.settimeout(FORGOTTEN_SECONDS)
                return received + rest_of(connection)
            return b""
        except TimeoutError:
            if time.monotonic() > end:
                break
    raise AssertionError("it was let drip")


def send_for_ever(connection: socket.socket, data: bytes) -> None:
    while True:
        connection.sendall(data)


def answer_to(connection: socket.socket) -> bytes:
    """One answer with a body of known length, the connection left open."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(1)
    head = received.lower()
    length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
    while length:
        part = connection.recv(length)
        received, length = received + part, length - len(part)
    return received


@pytest.mark.parametrize(
    ("first", "dripped"),
    [
        pytest.param(b"", b"GET / HTTP/1.1\r\nX: " + b"x" * 900, id="a head"),
        pytest.param(b"GET /livez HTTP/1.1\r\nHost: x\r\nX: ", b"x" * 900, id="the end of a head"),
        pytest.param(POST + b"Content-Length: 900\r\n\r\n", b"x" * 900, id="a body"),
        pytest.param(POST + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n" * 300,
                     id="a chunked body"),
        pytest.param(POST + b"Transfer-Encoding: chunked\r\n\r\n1;", b"x" * 900,
                     id="a chunk extension"),
        pytest.param(POST + b"Transfer-Encoding: chunked\r\n\r\n0\r\nX: ", b"x" * 900,
                     id="a trailer"),
    ],
)  # fmt: skip
def test_who_drips_is_answered_408_and_closed(
    served: RunningGateway, first: bytes, dripped: bytes
) -> None:
    with connected(served) as connection:
        connection.sendall(first)
        answer = drip(connection, dripped)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"urn:mooring:problem:too-slow" in answer


def test_who_drips_empty_lines_is_closed_without_a_word(served: RunningGateway) -> None:
    with connected(served) as connection:
        assert drip(connection, b"\r\n" * 900) == b""


def test_a_silent_connection_is_closed_without_a_word(served: RunningGateway) -> None:
    before = served.counted("mooring_gateway_turned_away_total", reason="silent") or 0.0
    with connected(served) as connection:
        assert rest_of(connection) == b""
    assert served.counted("mooring_gateway_turned_away_total", reason="silent") == before + 1


def test_an_idle_connection_is_closed_without_a_word(served: RunningGateway) -> None:
    with connected(served) as connection:
        connection.sendall(GET)
        assert answer_to(connection).startswith(b"HTTP/1.1 200 ")
        assert rest_of(connection) == b""


def test_a_connection_that_goes_on_asking_lives_longer_than_any_deadline(
    served: RunningGateway,
) -> None:
    with connected(served) as connection:
        end = time.monotonic() + 3 * LIMITS.idle_seconds
        while time.monotonic() < end:
            connection.sendall(GET)
            assert answer_to(connection).startswith(b"HTTP/1.1 200 ")


def test_the_second_request_of_a_connection_has_a_deadline_too(served: RunningGateway) -> None:
    with connected(served) as connection:
        connection.sendall(GET)
        answer_to(connection)
        assert drip(connection, b"GET / HTTP/1.1\r\nX: " + b"x" * 900).startswith(b"HTTP/1.1 408 ")


def test_a_half_sent_request_is_refused_after_the_answers_before_it(
    served: RunningGateway, service: FakeUpstream
) -> None:
    service.behaviour.proceed.clear()
    try:
        with connected(served) as connection:
            connection.sendall(POST + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY)
            connection.sendall(b"GET /half HTTP/1.1\r\n")
            count = "mooring_gateway_turned_away_total"
            before = served.counted(count, reason="slow") or 0.0
            until(lambda: served.counted(count, reason="slow") or 0.0, lambda now: now > before)
            service.behaviour.proceed.set()
            answers = rest_of(connection)
    finally:
        service.behaviour.proceed.set()
    first, second = answers.index(b"HTTP/1.1 200 "), answers.index(b"HTTP/1.1 408 ")
    assert first < second
    assert answers.count(b"HTTP/1.1 ") == 2


def test_the_wait_for_our_answer_is_not_the_callers(
    served: RunningGateway, service: FakeUpstream
) -> None:
    """Longer than every deadline of the edge; the contract's is 2 s."""
    service.behaviour.proceed.clear()
    timer = threading.Timer(1.2, service.behaviour.proceed.set)
    timer.start()
    try:
        assert served.predict(ROW).status == 200
    finally:
        timer.join()


def test_the_time_in_which_we_do_not_read_is_not_the_callers(
    served: RunningGateway, service: FakeUpstream
) -> None:
    """The second body is too long to be read while the first request waits."""
    large = BODY.ljust(900_000)
    service.behaviour.arrived.clear()
    service.behaviour.proceed.clear()
    timer = threading.Timer(LIMITS.body_seconds + 0.3, service.behaviour.proceed.set)
    with connected(served) as connection:
        connection.sendall(POST + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY)
        assert service.behaviour.arrived.wait(FORGOTTEN_SECONDS)
        timer.start()
        connection.sendall(POST + b"Content-Length: %d\r\n\r\n" % len(large) + large)
        answers = answer_to(connection), answer_to(connection)
    timer.join()
    assert [answer[:13] for answer in answers] == [b"HTTP/1.1 200 "] * 2


def test_the_deadline_of_a_body_runs_from_the_word_to_send_it(served: RunningGateway) -> None:
    with connected(served) as connection:
        asking = b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(BODY)
        connection.sendall(POST + asking)
        assert connection.recv(100).startswith(b"HTTP/1.1 100 ")
        connection.sendall(BODY)
        assert answer_to(connection).startswith(b"HTTP/1.1 200 ")


def test_who_never_reads_is_cut_off(served: RunningGateway) -> None:
    """Requests for a large document, until the kernel takes no more of the answers."""
    # So long that fewer arrive in one packet than may be pipelined.
    ask = b"GET /openapi.json HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 12_000 + b"\r\n\r\n"
    before = served.counted("mooring_gateway_turned_away_total", reason="unread") or 0.0
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        connection.connect(("127.0.0.1", served.port))
        connection.settimeout(FORGOTTEN_SECONDS)
        with pytest.raises(ConnectionError):
            send_for_ever(connection, ask)
    assert served.counted("mooring_gateway_turned_away_total", reason="unread") == before + 1
    assert served.get("/livez").status == 200
