"""What counting rows in bins costs a model service.

    python -m tests.performance.bin_counting [--rounds 9] [--requests 2000]    a Markdown table

Two services of `flight_delay`'s champion, which differ only in that one bundle has a reference, are
asked for the same real flights over one connection each, in turn, in small portions. Processor time
is what decides: a service answers as fast as its one thread has time. The clients share the
machine.
"""

from __future__ import annotations

import argparse
import re
import socket
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from statistics import median

import polars as pl

from models.flight_delay.data import extract
from mooring.bundle.manifest import REFERENCE
from mooring.bundle.open import Bundle, open_bundle
from mooring.bundle.write import entries_of, write_bundle
from mooring.cli.http import status_of
from mooring.contract.wire import CONTENT_TYPE, CONTRACT_HEADER, encode_columns
from mooring.data.columns import columns_from
from mooring.data.dataset import between
from mooring.process.children import Processes
from mooring.process.ports import LOOPBACK, free_port
from mooring.process.service import ServiceProcess
from tests.performance.gateway_load import released

ON, OFF = "counted", "not counted"

# Rows a request: a caller alone, what coalescing makes under load, a batch.
SIZES = (1, 32, 1_000)

_PORTION = 25
_BOOT_SECONDS = 120.0
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_PATH = {"PYTHONPATH": ":".join(filter(None, sys.path))}


@dataclass
class Cell:
    """What a request took in each round, in µs: of the clock, and of the service's processor."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Server:
    """A service, its worker, and an open connection to it."""

    name: str
    worker: int
    connection: socket.socket

    def ask(self, request: bytes) -> None:
        """Send a request and take its answer; raises ConnectionError unless it is a 200."""
        self.connection.sendall(request)
        answer = b""
        while (head := answer.find(b"\r\n\r\n")) < 0 or len(answer) < head + 4 + _length(answer):
            answer += self.connection.recv(65_536)
        if not answer.startswith(b"HTTP/1.1 200"):
            raise ConnectionError(f"{self.name} answered {answer[:12]!r}")

    def cpu_us(self) -> float:
        """Processor time of all threads of its worker, which the kernel counts in nanoseconds."""
        tasks = Path(f"/proc/{self.worker}/task").glob("*/schedstat")
        return sum(int(task.read_text().split()[0]) for task in tasks) / 1_000


def _length(answer: bytes) -> int:
    found = _LENGTH.search(answer)
    return int(found[1]) if found else 0


def unreferred(bundle: Bundle, store: Path) -> Bundle:
    """The bundle without its reference: a service of it counts nothing."""
    files = {name: content for name, content in bundle.files.items() if name != REFERENCE}
    if len(files) == len(bundle.files):
        raise LookupError("the champion has no reference, so both services would count nothing")
    manifest = bundle.manifest.model_copy(update={"files": entries_of(files)})
    return write_bundle(store, manifest, files, {})


def requests_of(bundle: Bundle, flights: pl.DataFrame, size: int) -> list[bytes]:
    """Flights of April as requests of so many rows, as the gateway sends them."""
    april = between(flights, "2013-04-01", "2013-04-30")
    head = (
        f"POST /columns HTTP/1.1\r\nHost: {LOOPBACK}\r\nContent-Type: {CONTENT_TYPE}\r\n"
        f"{CONTRACT_HEADER}: {bundle.contract.digest}\r\nContent-Length: "
    )
    bodies = (
        encode_columns(bundle.contract, columns_from(bundle.contract, april[start : start + size]))
        for start in range(0, min(len(april), 500 * size) - size, size)
    )
    return [f"{head}{len(body)}\r\n\r\n".encode() + body for body in bodies]


@contextmanager
def servers(home: Path, bundles: dict[str, Bundle]) -> Iterator[list[Server]]:
    """A service for each bundle, ready and connected."""
    with Processes(home / "logs") as processes:
        started = [_started(processes, home / name, name, bundles[name]) for name in bundles]
        yield started
        for server in started:
            server.connection.close()


def _started(processes: Processes, home: Path, name: str, bundle: Bundle) -> Server:
    service = ServiceProcess(
        "models.flight_delay.service:FlightDelay", bundle.path, bundle.id, 1, home, free_port()
    )
    child = processes.start(name, service.command, service.environ | _PATH)
    processes.wait_until(child, lambda: status_of(f"{service.url}/readyz") == 200, _BOOT_SECONDS)
    pid = child.process.pid
    (worker,) = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return Server(name, int(worker), socket.create_connection((LOOPBACK, service.port), 60))


def measure(
    asked: Sequence[Server], requests: Sequence[bytes], rounds: int, number: int
) -> dict[str, Cell]:
    """Ask all in turn; `number` requests of each in each of `rounds`, after one that is not
    measured.
    """
    cells = {server.name: Cell() for server in asked}
    for turn in range(rounds + 1):
        wall, cpu = dict.fromkeys(cells, 0.0), dict.fromkeys(cells, 0.0)
        sending = cycle(requests)
        for _ in range(max(1, number // _PORTION)):
            portion = [next(sending) for _ in range(_PORTION)]
            for server in asked:
                before, began = server.cpu_us(), time.perf_counter()
                for request in portion:
                    server.ask(request)
                wall[server.name] += (time.perf_counter() - began) * 1e6
                cpu[server.name] += server.cpu_us() - before
        asked = asked[::-1]  # so that neither always goes first
        if turn:
            _note(cells, wall, cpu, max(1, number // _PORTION) * _PORTION)
    return cells


def _note(
    cells: dict[str, Cell], wall: dict[str, float], cpu: dict[str, float], number: int
) -> None:
    for name, cell in cells.items():
        cell.wall.append(wall[name] / number)
        cell.cpu.append(cpu[name] / number)


def ratio(on: Sequence[float], off: Sequence[float]) -> float:
    """How many times as much one takes: the median over the rounds."""
    return median(here / there for here, there in zip(on, off, strict=True))


def run(home: Path, rounds: int, requests: int) -> dict[int, dict[str, Cell]]:
    """All cells by rows a request; fewer requests of more rows."""
    flights, champion = extract().rows, open_bundle(released()[0])
    bundles = {ON: champion, OFF: unreferred(champion, home / "bundles")}
    with servers(home, bundles) as both:
        return {
            size: measure(
                both, requests_of(champion, flights, size), rounds, requests // _fewer(size)
            )
            for size in SIZES
        }


def _fewer(size: int) -> int:
    return 1 if size == 1 else 2 if size < 100 else 8


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--requests", type=int, default=2_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = run(Path(folder), given.rounds, given.requests)
    say = sys.stdout.write
    say("| rows a request | CPU µs, not counted | counted | CPU ratio | requests/s ratio |\n")
    say("|---|---|---|---|---|\n")
    for size, cells in found.items():
        on, off = cells[ON], cells[OFF]
        figures = (
            f"{size:,}", f"{median(off.cpu):,.1f}", f"{median(on.cpu):,.1f}",
            f"{ratio(on.cpu, off.cpu):.3f}", f"{1 / ratio(on.wall, off.wall):.3f}",
        )  # fmt: skip
        say(f"| {' | '.join(figures)} |\n")


if __name__ == "__main__":
    main()
