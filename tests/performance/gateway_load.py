"""What the gateway costs and what coalescing is worth, against peers in the same run.

    python -m tests.performance.gateway_load [--rounds 5] [--seconds 3]    a Markdown table

Starts the model service of `flight_delay` with its champion, and before it the gateway, once as it
is and once with a slot for everybody, so that nothing is ever joined; beside them the same model
in one process behind FastAPI. All of them are asked in turn, round after round, by clients that
share the machine with them. One row a request; every row is another one.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from mooring.bundle.load import load_model
from mooring.bundle.open import open_bundle
from mooring.cli.http import status_of
from mooring.contract.columns import columns_of
from mooring.contract.contract import Contract
from mooring.contract.feature import Feature
from mooring.process.children import Child, Processes
from mooring.process.ports import LOOPBACK, free_port
from mooring.process.service import ServiceProcess
from tests.performance import load, slotted_gateway
from tests.performance.fastapi_peer import create_app
from tests.performance.slotted_gateway import GATEWAY
from tests.repository.tracked import ROOT

MODEL = "flight_delay"
_ROWS = 2_000
_BOOT_SECONDS = 120.0
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Load:
    """How long who is asked: a gateway for each entry of `slots`, besides the one as it is."""

    rounds: int = 5
    seconds: float = 3.0
    slots: Sequence[int] = (100_000,)
    connections: Sequence[int] = (1, 32, 128)


@dataclass(frozen=True)
class Server:
    """Who is asked, and all processes whose time it costs."""

    name: str
    port: int
    path: str
    children: Sequence[Child]

    def cpu_seconds(self) -> float:
        """Time that its processes have used, their children included."""
        sessions = {child.process.pid for child in self.children}
        return sum(spent for session, spent in _processes() if session in sessions)


def released() -> tuple[Path, str, int]:
    """Folder, id and version of the champion."""
    champion = json.loads((ROOT / f"models/{MODEL}/release.json").read_text())["champion"]
    return ROOT / f"models/{MODEL}" / champion["location"], champion["bundle"], champion["version"]


def rows_of(contract: Contract, number: int) -> list[dict[str, Any]]:
    """Rows that the contract accepts, no two alike; the same in every run."""
    chance = random.Random(38)
    return [{f.name: _value(f, chance) for f in contract.features} for _ in range(number)]


def _value(feature: Feature, chance: random.Random) -> Any:
    if feature.kind == "string":
        return chance.choice(feature.categories or (feature.example,))
    low = feature.ge if feature.ge is not None else feature.gt
    high = feature.le if feature.le is not None else feature.lt
    if low is None or high is None:
        return feature.example
    return (
        chance.randint(int(low), int(high))
        if feature.kind == "integer"
        else chance.uniform(low, high)
    )


@contextmanager
def servers(home: Path, slots: Sequence[int | None]) -> Iterator[list[Server]]:
    """Everybody on free ports; one gateway for each entry of `slots`, None for its own number."""
    folder, bundle, version = released()
    with Processes(home / "logs") as processes:
        service = ServiceProcess(
            f"models.{MODEL}.service:{''.join(part.capitalize() for part in MODEL.split('_'))}",
            folder, bundle, version, home, free_port(),
        )  # fmt: skip
        model = processes.start("service", service.command, service.environ | _PATH)
        processes.wait_until(
            model, lambda: status_of(f"{service.url}/readyz") == 200, _BOOT_SECONDS
        )
        target = {"urls": [service.url], "version": version, "bundle": bundle}
        routing = {"format": 1, "version": 1, "models": {MODEL: {"champion": target}}}
        (home / "routing.json").write_text(json.dumps(routing))
        yield [
            *(_gateway(processes, home, model, number) for number in slots),
            _fastapi(processes, folder),
        ]


_PATH = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}


def _gateway(processes: Processes, home: Path, model: Child, slots: int | None) -> Server:
    port = free_port()
    environ = {
        "MOORING_HOME": str(home),
        "MOORING_ROUTING": str(home / "routing.json"),
        "MOORING_GATEWAY_PORT": str(port),
        "MOORING_METRICS_PORT": "0",
        # All clients have one address here.
        "MOORING_CONNECTIONS_PER_ADDRESS": "1024",
    }
    name, module = "gateway", [GATEWAY]
    if slots is not None:
        name, module = f"gateway, {slots} slots", [slotted_gateway.__name__, str(slots)]
    child = processes.start(name, [sys.executable, "-m", *module], environ | _PATH)
    url = f"http://{LOOPBACK}:{port}/readyz"
    processes.wait_until(child, lambda: status_of(url) == 200, _BOOT_SECONDS)
    return Server(name, port, f"/v1/models/{MODEL}:predict", (child, model))


def _fastapi(processes: Processes, bundle: Path) -> Server:
    port = free_port()
    factory = f"{create_app.__module__}:{create_app.__name__}"
    command = [
        sys.executable, "-m", "uvicorn", "--factory", factory,
        "--port", str(port), "--no-access-log", "--loop", "uvloop", "--http", "httptools",
    ]  # fmt: skip
    child = processes.start("fastapi", command, {"MOORING_BUNDLE": str(bundle)} | _PATH)
    url = f"http://{LOOPBACK}:{port}/docs"
    processes.wait_until(child, lambda: status_of(url) == 200, _BOOT_SECONDS)
    return Server("FastAPI + ONNX, one process", port, "/predict", (child,))


def measure(server: Server, connections: int, seconds: float, rows: Path) -> dict[str, float]:
    """One cell: what the clients saw, and the processor time in µs that a request cost."""
    before = server.cpu_seconds()
    command = [
        sys.executable, "-m", load.__name__,
        str(server.port), server.path, str(connections), str(seconds), str(rows),
    ]  # fmt: skip
    done = subprocess.run(command, env=os.environ | _PATH, stdout=subprocess.PIPE, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    spent = server.cpu_seconds() - before
    # The unmeasured tenth costs time, too.
    return found | {"cpu": spent / (found["requests"] * 1.1) * 1e6}


def _processes() -> Iterator[tuple[int, float]]:
    """Session and processor time of each process."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        yield int(fields[3]), sum(map(int, fields[11:15])) / _TICKS


def cell(found: Sequence[dict[str, float]], name: str, digits: int = 0) -> str:
    """Median and range over the rounds."""
    values = sorted(each[name] for each in found)
    shown = [f"{value:,.{digits}f}" for value in (median(values), values[0], values[-1])]
    return f"{shown[0]} [{shown[1]}..{shown[2]}]"


def run(asked: Load, home: Path) -> dict[tuple[str, int], list[dict[str, float]]]:
    """All cells by server and connections, one entry for each round."""
    rows = home / "rows.json"
    rows.write_text(json.dumps(_expectations()))
    found: dict[tuple[str, int], list[dict[str, float]]] = {}
    with servers(home, [None, *asked.slots]) as everybody:
        for _ in range(asked.rounds):
            for connections in asked.connections:
                for server in everybody:
                    one = measure(server, connections, asked.seconds, rows)
                    found.setdefault((server.name, connections), []).append(one)
    return found


def _expectations() -> list[tuple[dict[str, Any], float]]:
    bundle = open_bundle(released()[0])
    rows = rows_of(bundle.contract, _ROWS)
    expected = load_model(bundle).predict(columns_of(bundle.contract, rows)).tolist()
    return list(zip(rows, expected, strict=True))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=Load.rounds)
    parser.add_argument("--seconds", type=float, default=Load.seconds)
    parser.add_argument("--slots", type=int, nargs="*", default=Load.slots)
    parser.add_argument("--connections", type=int, nargs="*", default=Load.connections)
    with tempfile.TemporaryDirectory() as folder:
        found = run(Load(**vars(parser.parse_args())), Path(folder))
    say = sys.stdout.write
    say("| server | connections | requests/s | p50 µs | p99 µs | CPU µs/request | wrong |\n")
    say("|---|---|---|---|---|---|---|\n")
    for (name, connections), cells in found.items():
        columns = (cell(cells, each) for each in ("per_second", "p50", "p99", "cpu"))
        wrong = sum(int(each["wrong"]) for each in cells)
        say(f"| {name} | {connections} | {' | '.join(columns)} | {wrong} |\n")


if __name__ == "__main__":
    main()
