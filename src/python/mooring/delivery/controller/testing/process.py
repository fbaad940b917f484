"""The controller as a process of its own, with a ledger that asks for no evidence.

python -m mooring.delivery.controller.testing.process FOLDER METRICS_PORT REQUESTS

`FOLDER` holds `home` and `models/<name>`; a version answers on the port that is its number, and
each of two steps takes so many requests of each side. Exit status 75: another writer.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from threading import Event

from mooring.delivery.controller.addresses import Addresses
from mooring.delivery.controller.controller import Controller, World, run
from mooring.delivery.controller.errors import AnotherWriter
from mooring.delivery.controller.gateways import Scraped
from mooring.delivery.controller.plan import Plan, Plans, Step
from mooring.delivery.controller.publish import sole_writer
from mooring.delivery.controller.testing.releases import MODEL, FileLedger
from mooring.gateway.testing.environment import environment

_MODULE = "mooring.delivery.controller.testing.process"
_LOOK_SECONDS = 0.05
_PERCENTS = (20.0, 50.0)


def main(arguments: Sequence[str]) -> int:
    """Steer until it is killed."""
    folder, metrics, requests = Path(arguments[0]), int(arguments[1]), int(arguments[2])
    releases = {MODEL: folder / "models" / MODEL / "release.json"}
    world = World(
        home=folder / "home",
        routing=folder / "home" / "routing.json",
        releases=releases,
        gateways=Scraped([f"http://127.0.0.1:{metrics}"]),
        launcher=Addresses("http://127.0.0.1:{version}"),
        ledger=FileLedger(releases),
    )
    try:
        with sole_writer(world.routing):
            run(Controller(world, plans_of(requests)), _LOOK_SECONDS, Event())
    except AnotherWriter:
        return os.EX_TEMPFAIL
    return 0


def plans_of(requests: int) -> Plans:
    """Two steps; a busy machine makes nobody slow."""
    steps = tuple(Step(percent=each, seconds=0.1, requests=requests) for each in _PERCENTS)
    return Plans(defaults=Plan(steps=steps, slow_factor=100.0))


def start(folder: Path, metrics: int, requests: int) -> subprocess.Popen[bytes]:
    """Start one; whoever does ends it."""
    command = [sys.executable, "-m", _MODULE, str(folder), str(metrics), str(requests)]
    return subprocess.Popen(command, env=environment())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
