"""Clients that the edge has to end: slow ones, silent ones, and one too many."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack

_POST = (
    b"POST /v1/models/voyage_delay:predict HTTP/1.1\r\nHost: gateway\r\n"
    b"Content-Type: application/json\r\nContent-Length: 100000\r\n\r\n"
)
_GET = b"GET /livez HTTP/1.1\r\nHost: gateway\r\n\r\n"
_PATIENCE_SECONDS = 60.0
CONNECTIONS, PER_ADDRESS = 1_024, 64

# What is sent at first, and then again every 0.2 s.
Sends = tuple[bytes, bytes]

SLOW: tuple[tuple[str, str, Sends], ...] = (
    ("head, 5 bytes a second", "5 s", (b"GET /livez HTTP/1.1\r\nX: ", b"x")),
    ("nothing sent", "5 s", (b"", b"")),
    ("body, 5 bytes a second", "1 kB/s behind 2 s", (_POST, b"x")),
    ("body, 5 kB a second", "10 s", (_POST, b"x" * 1_000)),
    ("nothing more after an answer", "30 s", (_GET, b"")),
)


def ended_after(port: int, sends: Sends) -> tuple[float, str]:
    """Seconds until the other side has ended the connection, and the last status that it sent."""
    first, again = sends
    began, said = time.monotonic(), "closed"
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(first)
        connection.settimeout(0.2)
        while time.monotonic() - began < _PATIENCE_SECONDS:
            try:
                received = connection.recv(65_536)
                if not received:
                    return time.monotonic() - began, said
                said = _said(received, said)
            except TimeoutError:
                connection.sendall(again)
            except ConnectionError:
                return time.monotonic() - began, said
    return float("inf"), "forgotten"


def _said(received: bytes, before: str) -> str:
    """The status of a refusal that begins here, or what was said before."""
    refuses = received.startswith(b"HTTP/1.1 4")
    return received[9:12].decode() if refuses else before


def caps(port: int) -> Iterator[tuple[str, str, str]]:
    """Open more connections than there may be, half-open, and see how many are left."""
    for name, count, hosts, cap in (
        ("half-open connections of one address", 2 * PER_ADDRESS, 1, PER_ADDRESS),
        ("half-open connections of 20 addresses", CONNECTIONS + 200, 20, CONNECTIONS),
    ):
        left, good = _half_open(port, count, hosts)
        yield name, str(cap), f"{left} of {count} left, a newcomer got {good}"


def _half_open(port: int, count: int, hosts: int) -> tuple[int, str]:
    with ExitStack() as stack:
        held = []
        for i in range(count):
            source = (f"127.0.0.{10 + i % hosts}", 0)
            made = socket.create_connection(("127.0.0.1", port), 10, source)
            held.append(stack.enter_context(made))
            made.setblocking(False)
        with socket.create_connection(("127.0.0.1", port), 10) as newcomer:
            newcomer.sendall(_GET)
            good = newcomer.recv(65_536)[9:12].decode()
        return sum(map(_lives, held)), good


def _lives(connection: socket.socket) -> bool:
    try:
        return connection.recv(1) != b""
    except BlockingIOError:
        return True
    except ConnectionError:
        return False
