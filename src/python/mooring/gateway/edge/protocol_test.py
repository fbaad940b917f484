from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from mooring.gateway.edge.limits import EdgeLimits
from mooring.gateway.testing.gateway import RunningGateway, gateway
from mooring.process.ports import free_port

LONGEST_HEAD = EdgeLimits.head_bytes
GET = b"GET /livez HTTP/1.1\r\nHost: x\r\n"


@pytest.fixture(scope="module")
def served() -> Iterator[RunningGateway]:
    with gateway(f"http://127.0.0.1:{free_port()}") as running:
        yield running


@pytest.mark.parametrize(
    ("head", "status"),
    [
        pytest.param(GET + b"X: " + b"x" * LONGEST_HEAD + b"\r\n\r\n", 431, id="one long header"),
        pytest.param(GET + b"X: y\r\n" * 100 + b"\r\n", 431, id="many short headers"),
        pytest.param(b"GET /" + b"x" * 8_192 + b" HTTP/1.1\r\n\r\n", 414, id="a long path"),
        pytest.param(GET + b"X: " + b"x" * 2 * LONGEST_HEAD, 431, id="a header that does not end"),
        pytest.param(b"GARBAGE\r\n\r\n", 400, id="no HTTP at all"),
    ],
)
def test_an_unacceptable_head_is_refused_and_the_connection_closed(
    served: RunningGateway, head: bytes, status: int
) -> None:
    answer = served.raw(head)
    assert answer.startswith(b"HTTP/1.1 %d " % status)
    assert b"connection: close" in answer
    assert b"application/problem+json" in answer


def test_a_head_within_the_limit_is_served(served: RunningGateway) -> None:
    head = GET + b"X: " + b"x" * (LONGEST_HEAD - 100) + b"\r\n\r\n"
    assert served.raw(head).startswith(b"HTTP/1.1 200 ")


def test_a_long_body_is_no_long_head(served: RunningGateway) -> None:
    body = b" " * 4 * LONGEST_HEAD
    answer = served.post("/livez", body)
    assert answer.status == 405


def test_an_answer_to_head_has_no_body_and_the_connection_goes_on(served: RunningGateway) -> None:
    request = b"HEAD /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n" + GET + b"Connection: close\r\n\r\n"
    with socket.create_connection(("127.0.0.1", served.port), 20) as connection:
        connection.sendall(request)
        received = b""
        while part := connection.recv(65_536):
            received += part
    heads = received.split(b"HTTP/1.1 ")[1:]
    assert [head[:3] for head in heads] == [b"200", b"200"]
    assert heads[0].endswith(b"\r\n\r\n")
    assert int(heads[0].lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]) > 1_000
