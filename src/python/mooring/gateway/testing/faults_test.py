"""What the proxy promises to the tests that trust it."""

from __future__ import annotations

import random
import socket
import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from mooring.gateway.testing.faults import Door, Fault, Line, faulty
from mooring.gateway.testing.gateway import until

SENT = bytes(range(256)) * 40


class Echo(socketserver.BaseRequestHandler):
    """Sends back what arrives, until it ends."""

    request: socket.socket

    def handle(self) -> None:
        try:
            while piece := self.request.recv(65_536):
                self.request.sendall(piece)
        except ConnectionError:
            return


class EchoServer(socketserver.ThreadingTCPServer):
    daemon_threads = False
    allow_reuse_address = True


@pytest.fixture
def line() -> Iterator[Line]:
    with EchoServer(("127.0.0.1", 0), Echo) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            with faulty(server.server_address[1]) as line:
                yield line
        finally:
            server.shutdown()
            thread.join()


def connect(line: Line, timeout: float = 10.0) -> socket.socket:
    return socket.create_connection(("127.0.0.1", line.port), timeout)


def received(connection: socket.socket, count: int) -> bytes:
    """So many bytes, or those that came before the end."""
    parts = b""
    while len(parts) < count and (part := connection.recv(count - len(parts))):
        parts += part
    return parts


def echoed(connection: socket.socket, sent: bytes = SENT) -> bytes:
    connection.sendall(sent)
    return received(connection, len(sent))


def test_without_a_fault_bytes_pass_and_an_end_on_one_side_is_an_end_on_the_other(
    line: Line,
) -> None:
    with closing(connect(line)) as connection:
        assert echoed(connection) == SENT
        assert (line.accepted, line.open) == (1, 1)
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(1) == b""
    until(lambda: line.open, lambda count: count == 0)


@pytest.mark.parametrize(
    ("fault", "seconds"),
    [
        pytest.param(Fault(latency=0.2), 0.2, id="latency holds an answer"),
        pytest.param(Fault("request", latency=0.2), 0.2, id="latency holds a request"),
        pytest.param(Fault(bandwidth=len(SENT) * 4), 0.25, id="bandwidth stretches an answer"),
    ],
)
def test_a_slow_line_takes_its_time_and_loses_nothing(
    line: Line, fault: Fault, seconds: float
) -> None:
    with closing(connect(line)) as connection:
        line.set(fault)
        started = time.monotonic()
        assert echoed(connection) == SENT
        assert time.monotonic() - started >= seconds * 0.99


def test_jitter_holds_every_piece_as_long_as_its_seed_says(line: Line) -> None:
    seeded = random.Random(3)
    expected = [seeded.uniform(0.0, 0.2) for _ in range(4)]
    line.set(Fault(jitter=0.2, seed=3))
    with closing(connect(line)) as connection:
        assert all(_seconds(connection) >= pause * 0.99 for pause in expected)


def _seconds(connection: socket.socket) -> float:
    started = time.monotonic()
    assert echoed(connection, b"x") == b"x"
    return time.monotonic() - started


@pytest.mark.parametrize("after", [0, 1, 300])
def test_a_cut_line_delivers_so_many_bytes_and_ends(line: Line, after: int) -> None:
    with closing(connect(line)) as connection:
        assert echoed(connection) == SENT
        line.set(Fault(ending="cut", after=after))
        connection.sendall(SENT)
        assert received(connection, len(SENT)) == SENT[:after]


@pytest.mark.parametrize("after", [0, 300])
def test_a_reset_is_told_from_an_end(line: Line, after: int) -> None:
    with closing(connect(line)) as connection:
        assert echoed(connection) == SENT
        line.set(Fault(ending="reset", after=after))
        # A reset may overtake what was sent before it, so that nothing is said of the bytes.
        with pytest.raises(ConnectionResetError):
            echoed(connection)


def test_half_closed_means_that_no_more_answers_come_and_requests_still_go(line: Line) -> None:
    with closing(connect(line)) as connection:
        line.set(Fault(ending="half-close", after=10))
        connection.sendall(SENT)
        assert received(connection, len(SENT)) == SENT[:10]
        connection.sendall(SENT)
        assert line.open == 1
    until(lambda: line.open, lambda count: count == 0)


def test_a_slow_close_reaches_the_other_side_late(line: Line) -> None:
    with closing(connect(line)) as connection:
        line.set(Fault(linger=0.2))
        started = time.monotonic()
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(1) == b""
        assert time.monotonic() - started >= 0.2


def test_one_byte_is_flipped_and_no_other(line: Line) -> None:
    with closing(connect(line)) as connection:
        line.set(Fault(flip=300))
        answer = echoed(connection)
    assert [i for i, (a, b) in enumerate(zip(answer, SENT, strict=True)) if a != b] == [300]


def test_noise_is_the_same_for_the_same_seed(line: Line) -> None:
    answers = []
    for seed in (1, 1, 2):
        line.set(Fault(noise=0.01, seed=seed))
        with closing(connect(line)) as connection:
            answers.append(echoed(connection))
    assert answers[0] == answers[1] != answers[2]
    assert 0 < sum(a != b for a, b in zip(answers[0], SENT, strict=True)) < len(SENT) / 20


def test_a_silent_line_holds_what_was_sent_and_delivers_it_once_it_is_mended(line: Line) -> None:
    with closing(connect(line, timeout=0.2)) as connection:
        line.set(Fault(silent=True))
        connection.sendall(SENT)
        with pytest.raises(TimeoutError):
            connection.recv(1)
        line.mend()
        connection.settimeout(10)
        assert received(connection, len(SENT)) == SENT


def test_a_closed_door_refuses_and_resets_who_was_inside(line: Line) -> None:
    with closing(connect(line)) as inside:
        assert echoed(inside) == SENT
        line.set(Fault(door="closed"))
        with pytest.raises(ConnectionResetError):
            inside.recv(1)
        with pytest.raises(ConnectionRefusedError):
            connect(line)


def test_a_deaf_door_answers_no_handshake_and_holds_what_was_sent(line: Line) -> None:
    with closing(connect(line)) as inside:
        assert echoed(inside) == SENT
        line.set(Fault(door="deaf"))
        with pytest.raises(TimeoutError):
            connect(line, timeout=0.3)
        inside.sendall(SENT)
        line.mend()
        assert received(inside, len(SENT)) == SENT


@pytest.mark.parametrize("door", ["closed", "deaf"])
def test_a_mended_door_lets_in_again(line: Line, door: Door) -> None:
    for _ in range(3):
        line.set(Fault(door=door))
        line.mend()
        with closing(connect(line)) as connection:
            assert echoed(connection) == SENT
    assert line.accepted == 3


def test_a_service_that_is_not_there_is_an_end_without_an_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        nobody = taken.getsockname()[1]
    with faulty(nobody) as line, closing(connect(line)) as connection:
        assert connection.recv(1) == b""


def test_a_fault_holds_no_thread_and_no_connection_beyond_the_block() -> None:
    before = set(threading.enumerate())
    with socket.create_server(("127.0.0.1", 0)) as silent:
        with faulty(silent.getsockname()[1]) as line:
            line.set(Fault("request", latency=3600.0, bandwidth=1.0))
            connection = connect(line)
            connection.sendall(SENT)
            until(lambda: line.open, lambda count: count == 1)
        with closing(connection), pytest.raises(ConnectionResetError):
            connection.recv(1)
    assert set(threading.enumerate()) == before
