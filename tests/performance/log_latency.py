"""What the prediction log costs a request, whatever its writer and its disk do.

    python -m tests.performance.log_latency [--rounds 9] [--requests 400]    a Markdown table

Real gateways before one fake model service, asked in turn, in small portions, over connections that
stay open: without a log, with one, with a writer that is stopped, with a disk that is full (a
tmpfs, where this is root) and with one that is slow. What is said of each is the median over the
rounds, so a moment in which the machine had something else to do counts once.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from mooring.cli.http import status_of
from mooring.gateway.testing.contracts import ROW
from mooring.gateway.testing.environment import environment
from mooring.gateway.testing.gateway import JSON, routing_document, until
from mooring.gateway.testing.upstream import upstream
from mooring.process.ports import free_port

OFF, ON, STOPPED, FULL, SLOW = "off", "on", "writer stopped", "disk full", "disk slow"

_COUNTED = ("accepted", "written", "queued", "dropped")

_PORTION = 20
_WARM_UP = 200
_TMPFS = "mount -t tmpfs -o size=1m tmpfs $0 && dd if=/dev/zero of=$0/ballast 2>/dev/null; exec $@"


@dataclass
class Arm:
    """One gateway, and the latencies of each round in milliseconds."""

    name: str
    port: int
    metrics_port: int
    client: http.client.HTTPConnection
    pid: int
    rounds: list[list[float]] = field(default_factory=list)
    counted: dict[str, float] = field(default_factory=dict)
    cpu_us: float = 0.0  # of the gateway for each request

    def ask(self, body: str) -> float:
        """One prediction; its milliseconds."""
        started = time.perf_counter()
        self.client.request("POST", "/v1/models/voyage_delay:predict", body, JSON)
        response = self.client.getresponse()
        response.read()
        seconds = time.perf_counter() - started
        if response.status != 200:
            raise ConnectionError(f"{self.name} answered {response.status}")
        return seconds * 1_000

    def percentile(self, share: float) -> list[float]:
        """That percentile of each round."""
        return [sorted(found)[int(share * len(found))] for found in self.rounds]

    def cpu_seconds(self) -> float:
        """Processor time that the gateway has used, its writer's not included."""
        stat = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")

    def count(self, asked: int) -> None:
        """See that each of so many records is accounted for."""
        self.counted = self._counts()
        told = sum(self.counted[name] for name in ("written", "queued", "dropped"))
        expected = 0 if self.name == OFF else asked
        if not self.counted["accepted"] == told == expected:
            raise AssertionError(f"{self.name}: {self.counted} are not {expected} records")

    def _counts(self) -> dict[str, float]:
        """What the log's metrics say."""
        client = http.client.HTTPConnection("127.0.0.1", self.metrics_port, timeout=20)
        client.request("GET", "/metrics")
        text = client.getresponse().read().decode()
        client.close()
        return {
            name: sum(map(float, re.findall(rf"^mooring_capture_{name}\S* (\S+)$", text, re.M)))
            for name in _COUNTED
        }


def measure(rounds: int, requests: int) -> list[Arm]:
    """Ask all gateways in turn, round after round."""
    body = json.dumps({"instances": [ROW]})
    with upstream() as service, _gateways(service.url) as arms:
        for arm in arms:
            for _ in range(_WARM_UP):
                arm.ask(body)
        spent = [arm.cpu_seconds() for arm in arms]
        for _ in range(rounds):
            for arm in arms:
                arm.rounds.append([])
            for _ in range(requests // _PORTION):
                for arm in arms:
                    arm.rounds[-1] += [arm.ask(body) for _ in range(_PORTION)]
        asked = rounds * (requests // _PORTION) * _PORTION
        for arm, before in zip(arms, spent, strict=True):
            arm.cpu_us = (arm.cpu_seconds() - before) / asked * 1e6
            arm.count(_WARM_UP + asked)
        return arms


def added(arm: Arm, off: Arm, share: float) -> float:
    """How many milliseconds a percentile is above that without a log: the median of the rounds."""
    pairs = zip(arm.percentile(share), off.percentile(share), strict=True)
    return median(here - there for here, there in pairs)


def may_mount() -> bool:
    """Whether this may mount a small disk of its own."""
    if os.geteuid():
        return False
    tried = ["unshare", "--mount", "--propagation", "private", "true"]
    return subprocess.run(tried, check=False, capture_output=True).returncode == 0


def table(arms: Sequence[Arm]) -> Iterator[str]:
    """The arms as Markdown."""
    columns = ("log", "p50 ms", "p99 ms", "p99 more than off", "CPU µs", *_COUNTED)
    yield f"| {' | '.join(columns)} |"
    yield "|---" * len(columns) + "|"
    for arm in arms:
        counts = " | ".join(f"{value:,.0f}" for value in arm.counted.values())
        p50, p99 = median(arm.percentile(0.5)), median(arm.percentile(0.99))
        more = added(arm, arms[0], 0.99)
        yield f"| {arm.name} | {p50:.2f} | {p99:.2f} | {more:+.2f} | {arm.cpu_us:.0f} | {counts} |"


@contextmanager
def _gateways(url: str) -> Iterator[list[Arm]]:
    names = [OFF, ON, STOPPED, *([FULL] if may_mount() else []), SLOW]
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        yield [
            stack.enter_context(_gateway(name, home / name.replace(" ", "-"), url))
            for name in names
        ]


@contextmanager
def _gateway(name: str, home: Path, url: str) -> Iterator[Arm]:
    home.mkdir()
    (home / "routing.json").write_text(json.dumps(routing_document(url)))
    port, metrics_port = free_port(), free_port()
    process = subprocess.Popen(
        _command(name, home / "log"),
        env=environment() | _settings(name, home, port, metrics_port),
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        until(lambda: status_of(f"http://127.0.0.1:{port}/readyz"), lambda found: found == 200)
        if name == STOPPED:
            os.kill(_writer_of(process.pid), signal.SIGSTOP)
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        yield Arm(name, port, metrics_port, client, process.pid)
        client.close()
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _command(name: str, log: Path) -> list[str]:
    log.mkdir()
    module = "tests.performance.slow_log_gateway" if name == SLOW else "mooring.gateway"
    own = [sys.executable, "-m", module]
    if name != FULL:
        return own
    return ["unshare", "--mount", "--propagation", "private", "sh", "-c", _TMPFS, str(log), *own]


def _settings(name: str, home: Path, port: int, metrics_port: int) -> dict[str, str]:
    return {
        "MOORING_HOME": str(home),
        "MOORING_LOG_HOME": str(home / "log"),
        "MOORING_LOG": "false" if name == OFF else "true",
        "MOORING_GATEWAY_PORT": str(port),
        "MOORING_METRICS_PORT": str(metrics_port),
        "MOORING_LOG_LINES_SAMPLE": "0",
    }


def _writer_of(gateway: int) -> int:
    """The writer among the gateway's children."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        children = Path(f"/proc/{gateway}/task").glob("*/children")
        found = [pid for path in children for pid in path.read_text().split()]
        for pid in found:
            if b"mooring.predictionlog" in Path(f"/proc/{pid}/cmdline").read_bytes():
                return int(pid)
        time.sleep(0.05)
    raise TimeoutError("the gateway started no writer")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--requests", type=int, default=400)
    asked = parser.parse_args()
    print("\n".join(table(measure(asked.rounds, asked.requests))))  # noqa: T201


if __name__ == "__main__":
    main()
