"""A real gateway, real model services, callers, and the controller as a process."""

from __future__ import annotations

import json
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPException
from itertools import cycle
from pathlib import Path

from mooring.bundle.release import Release, read_release
from mooring.contract.routing import Route, Routing
from mooring.delivery.controller.state import State, read_state
from mooring.delivery.controller.testing import process
from mooring.delivery.controller.testing.releases import (
    MODEL,
    bundle_of,
    release,
    write,
)
from mooring.gateway.testing.contracts import ROW
from mooring.gateway.testing.gateway import JSON, ask, until_ready
from mooring.gateway.testing.process import GatewayProcess, running
from mooring.gateway.testing.upstream import Behaviour, FakeUpstream, upstream
from mooring.gateway.testing.versions import PATIENT
from mooring.process.ports import free_port

# Generous: only a controller that hangs takes longer.
PATIENCE_SECONDS = 120.0
# The hour that makes a request fail.
POISON = 1


@dataclass
class Stand:
    """All that runs, and what has been seen of the routing document. Versions are ports."""

    folder: Path
    champion: FakeUpstream
    challenger: FakeUpstream
    metrics: int
    requests: int
    controller: subprocess.Popen[bytes]
    seen: dict[bytes, None] = field(default_factory=dict)

    @property
    def released(self) -> Release:
        """What the release says now."""
        return read_release(release_file(self.folder), model=MODEL).release

    @property
    def state(self) -> State:
        """What the rollout has come to."""
        return read_state(self.folder / "home", MODEL)

    @property
    def route(self) -> Route:
        """What gateways obey now."""
        path = self.folder / "home" / "routing.json"
        document = path.read_bytes()
        self.seen[document] = None
        return Routing.model_validate_json(document).models[MODEL]

    def challenge(self) -> None:
        """Have the release name the challenger."""
        write(release_file(self.folder), release(self.champion.port, self.challenger.port))

    def stop(self) -> None:
        """SIGKILL."""
        self.controller.kill()
        self.controller.wait()

    def restart(self) -> None:
        """SIGKILL, and another one."""
        self.stop()
        self.controller = process.start(self.folder, self.metrics, self.requests)

    def until(self, enough: Callable[[], bool]) -> None:
        """Wait for it, and see each document on the way."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not enough():
            if time.monotonic() > deadline:
                raise TimeoutError(f"at {self.route} with {self.state}")
            time.sleep(0.02)

    def end(self) -> tuple[str, int, int]:
        """Wait for the rollout's end: how it ended, of which version, and who is champion now, in
        the release and before the callers.
        """
        self.until(lambda: self.released.challenger is None)
        self.until(lambda: self.state.last is not None and self.route.challenger is None)
        last, champion = self.state.last, self.released.champion
        if last is None or champion is None or champion.version != self.route.champion.version:
            raise AssertionError(f"{self.route} is not {champion}")
        return last.outcome, last.version, champion.version


def release_file(folder: Path) -> Path:
    """Where the release lies."""
    return folder / "models" / MODEL / "release.json"


def version(poison: int | None = None) -> AbstractContextManager[FakeUpstream]:
    """A model service whose version is its port, as a name in a cluster would follow from it."""
    port = free_port()
    behaviour = Behaviour(contract=PATIENT, bundle=bundle_of(port), version=port, poison=poison)
    return upstream(behaviour, port)


@contextmanager
def stand(
    folder: Path, hours: int = 4, requests: int = 60, poison: int | None = None
) -> Iterator[Stand]:
    """A gateway, two versions of which one is champion, and a controller; callers ask for so many
    hours in turn.
    """
    with ExitStack() as stack:
        one = stack.enter_context(version())
        two = stack.enter_context(version(poison))
        write(release_file(folder), release(one.port))
        metrics = free_port()
        scene = Stand(folder, one, two, metrics, requests, process.start(folder, metrics, requests))
        stack.callback(scene.stop)
        home = folder / "home"
        scene.until((home / "routing.json").exists)
        settings = {"MOORING_METRICS_PORT": str(metrics), "MOORING_ROUTING_SECONDS": "0.05"}
        gateway = stack.enter_context(running(home, "", **settings))
        stack.enter_context(heard(gateway))
        until_ready(gateway.port)
        stack.enter_context(asked(gateway.port, hours))
        yield scene


@contextmanager
def heard(gateway: GatewayProcess) -> Iterator[None]:
    """Read what the gateway logs, or it would wait for somebody who does."""
    log = gateway.process.stderr
    thread = threading.Thread(target=log.read if log else None)
    thread.start()
    try:
        yield
    finally:
        gateway.process.kill()
        thread.join()


@contextmanager
def asked(port: int, hours: int) -> Iterator[None]:
    """Callers, three at a time, until the block ends."""
    stop = threading.Event()

    def call() -> None:
        for hour in cycle(range(hours)):
            if stop.is_set():
                return
            body = json.dumps({"instances": [ROW | {"hour": hour}]})
            # At the very end the gateway goes first.
            with suppress(OSError, HTTPException):
                ask(port, "POST", f"/v1/models/{MODEL}:predict", body, JSON)

    threads = [threading.Thread(target=call) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()
