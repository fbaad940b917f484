"""A refusal reaches its caller, even one that sends everything before it reads anything."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Iterator
from contextlib import closing

import pytest

from mooring.gateway.edge.limits import EdgeLimits
from mooring.gateway.settings import Settings
from mooring.gateway.testing.gateway import JSON, RunningGateway, gateway
from mooring.process.ports import free_port

MB = 1_000_000
LARGE = 60 * MB
PATH = "/v1/models/voyage_delay:predict"


@pytest.fixture(scope="module")
def served() -> Iterator[RunningGateway]:
    patient = EdgeLimits(linger_seconds=30.0)
    settings = Settings(port=0, learn_seconds=0.05, edge=patient)
    with gateway(f"http://127.0.0.1:{free_port()}", settings) as running:
        yield running


def pieces() -> Iterator[bytes]:
    for _ in range(LARGE // MB):
        yield b" " * MB


def send_for_ever(connection: socket.socket, data: bytes) -> None:
    while True:
        connection.sendall(data)


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"Content-Length": str(LARGE)}, id="of a length that is told"),
        pytest.param({}, id="in chunks"),
    ],
)
def test_a_body_of_60_mb_is_413_to_a_client_that_reads_last(
    served: RunningGateway, headers: dict[str, str]
) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", served.port, timeout=60)) as client:
        client.request("POST", PATH, pieces(), JSON | headers)
        answer = client.getresponse()
        body = answer.read()
    assert (answer.status, answer.headers["connection"]) == (413, "close")
    assert b"body-too-large" in body


def test_nothing_behind_a_refusal_is_read_as_a_request(served: RunningGateway) -> None:
    smuggled = b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"
    head = f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: {LARGE}\r\n\r\n".encode()
    with socket.create_connection(("127.0.0.1", served.port), 20) as connection:
        connection.sendall(head)
        received = connection.recv(65_536)
        connection.sendall(smuggled * 100)
        connection.shutdown(socket.SHUT_WR)
        while part := connection.recv(65_536):
            received += part
    assert received.count(b"HTTP/1.1 ") == 1
    assert received.startswith(b"HTTP/1.1 413 ")


def test_who_goes_on_sending_is_cut_off_at_last() -> None:
    short = EdgeLimits(linger_seconds=30.0, linger_bytes=4 * MB)
    settings = Settings(port=0, learn_seconds=0.05, edge=short)
    with (
        gateway(f"http://127.0.0.1:{free_port()}", settings) as served,
        socket.create_connection(("127.0.0.1", served.port), 20) as connection,
    ):
        connection.sendall(b"GARBAGE\r\n\r\n")
        with pytest.raises(ConnectionError):
            send_for_ever(connection, b" " * MB)


def test_who_neither_sends_nor_leaves_is_cut_off_in_time() -> None:
    short = EdgeLimits(linger_seconds=0.2, sweep_seconds=0.05)
    settings = Settings(port=0, learn_seconds=0.05, edge=short)
    with (
        gateway(f"http://127.0.0.1:{free_port()}", settings) as served,
        socket.create_connection(("127.0.0.1", served.port), 20) as connection,
    ):
        connection.sendall(b"GARBAGE\r\n\r\n")
        while connection.recv(65_536):
            pass
        with pytest.raises(ConnectionError):
            send_for_ever(connection, b" ")
