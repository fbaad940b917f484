"""Two hundred slow senders among good ones, at the limits of production."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress

import pytest

from mooring.gateway.testing.contracts import ROW
from mooring.gateway.testing.gateway import RunningGateway, gateway
from mooring.gateway.testing.upstream import upstream

SLOW, PER_ADDRESS, GOOD = 200, 50, 300


@pytest.fixture(scope="module")
def served() -> Iterator[RunningGateway]:
    with upstream() as service, gateway(service.url) as running:
        running.until_ready()
        yield running


@contextmanager
def dripping(port: int) -> Iterator[None]:
    """Each sends a byte of a head now and then; who is closed stays closed."""
    done = threading.Event()
    with ExitStack() as stack:
        slow = [
            stack.enter_context(
                socket.create_connection(
                    ("127.0.0.1", port), 20, (f"127.0.0.{2 + i // PER_ADDRESS}", 0)
                )
            )
            for i in range(SLOW)
        ]
        for connection in slow:
            connection.sendall(b"GET /livez HTTP/1.1\r\nX: ")

        def drip() -> None:
            while not done.wait(0.2):
                for connection in slow:
                    with suppress(OSError):
                        connection.send(b"x")

        thread = threading.Thread(target=drip)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has all of 127.0.0.0/8")
def test_every_good_request_is_answered_among_200_slow_ones(served: RunningGateway) -> None:
    with dripping(served.port), ThreadPoolExecutor(4) as threads:
        asked = [threads.submit(served.predict, ROW) for _ in range(GOOD)]
        assert [each.result().status for each in asked] == [200] * GOOD
