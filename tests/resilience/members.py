"""Who is restarted: a gateway, the fake model service, or the real one; all as processes."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from mooring.gateway.testing.gateway import ask, until
from mooring.gateway.testing.process import GatewayProcess, serving
from mooring.gateway.testing.service import ServiceProcess as FakeProcess
from mooring.process.children import Child, Processes
from mooring.process.ports import free_port
from mooring.process.service import ServiceProcess

# A gateway that its balancer asks every 0.1 s is out of rotation long before.
GATEWAY_DRAIN_SECONDS = 1.0
_BOOT_SECONDS = 120.0


class Member(Protocol):
    """One process of several that do the same."""

    @property
    def url(self) -> str: ...
    def restart(self) -> None:
        """SIGTERM, and another in its place once it has ended, until that is ready.

        Raises ChildProcessError unless it ends with 0.
        """


@dataclass
class Gateway:
    """A gateway process on a port that stays the same."""

    home: Path
    port: int
    process: GatewayProcess

    @classmethod
    @contextmanager
    def running(cls, home: Path, document: Any) -> Iterator[Gateway]:
        """One that obeys a routing document; killed at the end of the block."""
        home.mkdir(parents=True, exist_ok=True)
        (home / "routing.json").write_text(json.dumps(document))
        port = free_port()
        gateway = cls(home, port, _serve_gateway(home, port))
        try:
            gateway.wait()
            yield gateway
        finally:
            gateway.process.end()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def restart(self) -> None:
        self.process.stop(signal.SIGTERM)
        _expect_success(self.process.exit_code())
        self.process.end()
        self.process = _serve_gateway(self.home, self.port)
        self.wait()

    def wait(self) -> None:
        """Until it is ready."""
        until(lambda: ask(self.port, "GET", "/readyz").status, lambda status: status == 200)


def _serve_gateway(home: Path, port: int) -> GatewayProcess:
    return serving(
        home,
        MOORING_GATEWAY_PORT=str(port),
        MOORING_DRAIN_SECONDS=str(GATEWAY_DRAIN_SECONDS),
        # A machine that is too slow for its callers sheds load, which is right and not looked for.
        MOORING_ADMISSION="fixed",
    )


@dataclass
class FakeService:
    """The fake model service."""

    process: FakeProcess

    @property
    def url(self) -> str:
        return self.process.url

    def restart(self) -> None:
        self.process.send("SIGTERM")
        _expect_success(self.process.process.wait(30))
        self.process.process.communicate()
        self.process.recover()


@dataclass
class RealService:
    """A released model behind `bentoml serve`."""

    processes: Processes
    service: ServiceProcess
    child: Child

    @classmethod
    def start(cls, processes: Processes, service: ServiceProcess) -> RealService:
        """Start it and wait until it is ready."""
        return cls(processes, service, _start(processes, service))

    @property
    def url(self) -> str:
        return self.service.url

    def restart(self) -> None:
        self.child.process.send_signal(signal.SIGTERM)
        _expect_success(self.child.process.wait(60))
        self.child = _start(self.processes, self.service)


def _start(processes: Processes, service: ServiceProcess) -> Child:
    name = f"service-{service.port}"
    child = processes.start(name, service.command, {**service.environ, **_imports()})
    processes.wait_until(child, lambda: _ready(service.port), _BOOT_SECONDS)
    return child


def _expect_success(exit_code: int) -> None:
    if exit_code:
        raise ChildProcessError(f"after SIGTERM it ended with {exit_code}")


def _imports() -> dict[str, str]:
    return {"PYTHONPATH": ":".join(filter(None, sys.path))}


def _ready(port: int) -> bool:
    try:
        return ask(port, "GET", "/readyz").status == 200
    except (OSError, ValueError):
        return False


def document_of(model: str, urls: Sequence[str], version: int, bundle: str) -> dict[str, Any]:
    """A routing document for replicas of one bundle."""
    champion = {"urls": list(urls), "version": version, "bundle": bundle}
    return {"format": 1, "version": 1, "models": {model: {"champion": champion}}}
