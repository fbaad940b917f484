"""What counting rows in bins costs a model service.

    python -m tests.performance.bin_counting [--boots 3] [--rounds 320]    a Markdown table

A service of `flight_delay`'s champion is asked for real flights over one connection. For some 50 ms
it counts, for the next it does not, in the order on, off, off, on: two processes of one program
differ by more than what counting costs, and so does one within seconds. Processor time is what
decides: a service answers as fast as its one thread has time. The client shares the machine.
"""

from __future__ import annotations

import argparse
import os
import re
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle, pairwise
from pathlib import Path
from statistics import median

import numpy as np
import polars as pl

from models.flight_delay.data import extract
from mooring.bundle.open import Bundle, open_bundle
from mooring.cli.http import status_of
from mooring.contract.wire import CONTENT_TYPE, CONTRACT_HEADER, encode_columns
from mooring.data.columns import columns_from
from mooring.data.dataset import between
from mooring.process.children import Processes
from mooring.process.ports import LOOPBACK, free_port
from mooring.process.service import ServiceProcess
from tests.performance.gateway_load import released

ON, OFF = "counted", "not counted"

# Requests in a round, by their rows: a caller alone, what coalescing makes under load, a batch.
NUMBER = {1: 60, 32: 50, 1_000: 8}

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
    """A service's worker, and an open connection to it."""

    worker: int
    connection: socket.socket

    def ask(self, request: bytes) -> None:
        """Send a request and take its answer; raises ConnectionError unless it is a 200."""
        self.connection.sendall(request)
        answer = b""
        while (head := answer.find(b"\r\n\r\n")) < 0 or len(answer) < head + 4 + _length(answer):
            answer += self.connection.recv(65_536)
        if not answer.startswith(b"HTTP/1.1 200"):
            raise ConnectionError(f"the service answered {answer[:12]!r}")

    def cpu_us(self) -> float:
        """Processor time of all threads of its worker, which the kernel counts in nanoseconds."""
        tasks = Path(f"/proc/{self.worker}/task").glob("*/schedstat")
        return sum(int(task.read_text().split()[0]) for task in tasks) / 1_000


def _length(answer: bytes) -> int:
    found = _LENGTH.search(answer)
    return int(found[1]) if found else 0


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
def server(home: Path, bundle: Bundle) -> Iterator[Server]:
    """A service of the bundle, ready and connected; it counts."""
    service = ServiceProcess(
        "tests.performance.toggled:FlightDelay", bundle.path, bundle.id, 1, home, free_port()
    )
    with Processes(home / "logs") as processes:
        child = processes.start("service", service.command, service.environ | _PATH)
        ready = f"{service.url}/readyz"
        processes.wait_until(child, lambda: status_of(ready) == 200, _BOOT_SECONDS)
        pid = child.process.pid
        (worker,) = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        with socket.create_connection((LOOPBACK, service.port), 60) as connection:
            yield Server(int(worker), connection)


def measure(asked: Server, requests: Sequence[bytes], rounds: int, number: int) -> dict[str, Cell]:
    """Ask `number` requests with counting and as many without in each of `rounds`, after one that
    is not measured.
    """
    cells = {ON: Cell(), OFF: Cell()}
    sending = cycle(requests)
    # What drifts with time falls on both.
    order = [ON, OFF, OFF, ON] * (rounds // 2 + 1)
    for name, following in pairwise([*order, ON]):
        before, began = asked.cpu_us(), time.perf_counter()
        for _ in range(number - 1):
            asked.ask(next(sending))
        if name != following:
            os.kill(asked.worker, signal.SIGUSR1)
        asked.ask(next(sending))  # in which the service obeys, and publishes what it has counted
        cells[name].wall.append((time.perf_counter() - began) * 1e6 / number)
        cells[name].cpu.append((asked.cpu_us() - before) / number)
    return {name: Cell(cell.wall[1:], cell.cpu[1:]) for name, cell in cells.items()}


def ratio(on: Sequence[float], off: Sequence[float]) -> tuple[float, float]:
    """How many times as much one takes in all, and the standard error of that, by the jackknife."""
    here, there = np.array(on), np.array(off)
    without = (here.sum() - here) / (there.sum() - there)
    error = np.sqrt((len(here) - 1) * np.var(without))
    return float(here.sum() / there.sum()), float(error)


def run(home: Path, boots: int, rounds: int) -> dict[int, dict[str, Cell]]:
    """All cells by rows a request."""
    flights, champion = extract().rows, open_bundle(released()[0])
    cells = {size: {ON: Cell(), OFF: Cell()} for size in NUMBER}
    for boot in range(boots):
        with server(home / str(boot), champion) as asked:
            for size, number in NUMBER.items():
                found = measure(asked, requests_of(champion, flights, size), rounds, number)
                for name, cell in found.items():
                    cells[size][name].wall.extend(cell.wall)
                    cells[size][name].cpu.extend(cell.cpu)
        sys.stderr.write(f"service {boot + 1} of {boots}\n")
    return cells


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--boots", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=320)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = run(Path(folder), given.boots, given.rounds)
    say = sys.stdout.write
    say("| rows a request | CPU µs, not counted | counted | CPU ratio | requests/s ratio |\n")
    say("|---|---|---|---|---|\n")
    for size, cells in found.items():
        on, off = cells[ON], cells[OFF]
        more, error = ratio(on.cpu, off.cpu)
        figures = (
            f"{size:,}", f"{median(off.cpu):,.0f}", f"{median(on.cpu):,.0f}",
            f"{more:.3f} ± {error:.3f}", f"{1 / ratio(on.wall, off.wall)[0]:.3f}",
        )  # fmt: skip
        say(f"| {' | '.join(figures)} |\n")


if __name__ == "__main__":
    main()
