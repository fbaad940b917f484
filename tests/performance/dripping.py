"""Slow senders: so many sockets, each of which sends a byte of a request's head a second.

    python -m tests.performance.dripping PORT SOCKETS

Says `open` when all are, and goes on until it is killed; who is closed comes again. They come from
several addresses of this machine, for one address alone could not have so many.
"""

from __future__ import annotations

import socket
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from itertools import cycle

_HEAD = b"GET /livez HTTP/1.1\r\nHost: gateway\r\nX: "
# Below the gateway's cap for one address.
_PER_ADDRESS = 50
_BYTES_PER_SECOND = 1.0


class Dripper:
    """One slow sender."""

    def __init__(self, port: int, address: str) -> None:
        self._port = port
        self._address = address
        self._connect()

    def drip(self) -> None:
        """Send the next byte."""
        try:
            self._socket.send(next(self._bytes))
            closed = self._socket.recv(4_096) == b""
        except BlockingIOError:
            return
        except OSError:
            closed = True
        if closed:
            self._socket.close()
            self._connect()

    def _connect(self) -> None:
        self._bytes = cycle(bytes([byte]) for byte in _HEAD + b"x" * 9_000)
        self._socket = socket.create_connection(("127.0.0.1", self._port), 10, (self._address, 0))
        self._socket.setblocking(False)


def main(arguments: Sequence[str]) -> None:
    """Drip until killed."""
    port, count = map(int, arguments)
    drippers = [Dripper(port, f"127.0.0.{2 + i // _PER_ADDRESS}") for i in range(count)]
    sys.stdout.write("open\n")
    sys.stdout.flush()
    for dripper in cycle(drippers):
        with suppress(OSError):
            dripper.drip()
        time.sleep(1.0 / _BYTES_PER_SECOND / count)


if __name__ == "__main__":
    main(sys.argv[1:])
