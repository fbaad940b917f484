"""A closed loop of clients on raw sockets: each connection sends its next request when it has the
answer to the one before. Cheap for the machine, which the servers share.

    python -m tests.performance.load PORT PATH CONNECTIONS SECONDS ROWS.json

`ROWS.json` holds [[row, expected prediction], …]; one JSON object with the figures is printed.
Every answer's status is checked, and the prediction in every 16th.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import cast

import uvloop

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_EVERY = 16
_TOLERANCE = 1e-6

# Bytes to send, and the prediction that is expected.
Request = tuple[bytes, float]


@dataclass
class Tally:
    """What the clients saw, in seconds."""

    began: float
    ends: float
    latencies: list[float] = field(default_factory=list)
    wrong: int = 0


class Client(asyncio.Protocol):
    """One connection; `requests` are bytes to send, each with what it should predict."""

    def __init__(self, tally: Tally, requests: cycle[Request]) -> None:
        self._tally = tally
        self._requests = requests
        self._answer = b""
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's is no subclass.
        self._transport = cast(asyncio.Transport, transport)
        self._next()

    def data_received(self, data: bytes) -> None:
        self._answer += data
        head = self._answer.find(b"\r\n\r\n")
        length = _LENGTH.search(self._answer, 0, head) if head >= 0 else None
        if length is None or len(self._answer) < head + 4 + int(length[1]):
            return
        now = time.perf_counter()
        self._count(now, self._answer, head + 4)
        if now < self._tally.ends:
            self._next()
        else:
            self._transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        self._tally.wrong += error is not None or time.perf_counter() < self._tally.ends
        self.done.set_result(None)

    def _next(self) -> None:
        request, self._expected = next(self._requests)
        self._answer = b""
        self._sent = time.perf_counter()
        self._transport.write(request)

    def _count(self, now: float, answer: bytes, body: int) -> None:
        tally = self._tally
        if now < tally.began:
            return
        tally.latencies.append(now - self._sent)
        if not answer.startswith(b"HTTP/1.1 200 "):
            tally.wrong += 1
        elif len(tally.latencies) % _EVERY == 0:
            (value,) = json.loads(answer[body:])["predictions"]
            tally.wrong += abs(value - self._expected) > _TOLERANCE


def requests_of(
    path: str, rows: list[tuple[dict[str, object], float]]
) -> list[tuple[bytes, float]]:
    """Complete requests of one row each."""
    made = []
    for row, expected in rows:
        body = json.dumps({"instances": [row]}).encode()
        head = (
            f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        made.append((head.encode() + body, expected))
    return made


async def run(
    port: int, connections: int, seconds: float, requests: list[tuple[bytes, float]]
) -> Tally:
    """Send for a tenth of the time unmeasured, then for `seconds`."""
    began = time.perf_counter() + seconds / 10
    tally = Tally(began, began + seconds)
    loop = asyncio.get_running_loop()
    source = cycle(requests)
    clients = [
        (await loop.create_connection(lambda: Client(tally, source), "127.0.0.1", port))[1]
        for _ in range(connections)
    ]
    await asyncio.gather(*(client.done for client in clients))
    return tally


def figures(tally: Tally) -> dict[str, float]:
    """Requests a second, and percentiles in microseconds."""
    ordered = sorted(tally.latencies)

    def percentile(share: float) -> float:
        return round(ordered[min(int(share * len(ordered)), len(ordered) - 1)] * 1e6, 1)

    return {
        "requests": len(ordered),
        "per_second": round(len(ordered) / (tally.ends - tally.began), 1),
        "p50": percentile(0.5),
        "p99": percentile(0.99),
        "wrong": tally.wrong,
    }


def main() -> None:
    """Print the figures."""
    port, path, connections, seconds, rows = sys.argv[1:]
    requests = requests_of(path, json.loads(Path(rows).read_text()))
    tally = uvloop.run(run(int(port), int(connections), float(seconds), requests))
    sys.stdout.write(json.dumps(figures(tally)) + "\n")


if __name__ == "__main__":
    main()
