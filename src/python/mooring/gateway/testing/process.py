"""The gateway process itself, as an operator starts it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mooring.gateway.__main__ import main
from mooring.gateway.testing.environment import environment
from mooring.gateway.testing.gateway import routing_document

_MODULE = main.__module__.removesuffix(".__main__")


@dataclass(frozen=True)
class GatewayProcess:
    """A process that listens, and the ports that it said it listens on."""

    process: subprocess.Popen[str]
    port: int
    metrics_port: int

    def stop(self, sig: int) -> None:
        self.process.send_signal(sig)

    def exit_code(self, timeout: float = 30.0) -> int:
        return self.process.wait(timeout)

    def end(self) -> None:
        """Leave nothing of it."""
        self.process.kill()
        self.process.communicate()


def start(
    home: Path, url: str, stderr: int = subprocess.PIPE, **settings: str
) -> subprocess.Popen[str]:
    """Start a process on free ports, its routing document in `home`, its log in `stderr`."""
    document = home / "routing.json"
    # A link that leads nowhere is a share that cannot be reached.
    if not document.exists() and not document.is_symlink():
        document.write_text(json.dumps(routing_document(url)))
    defaults = {
        "MOORING_HOME": str(home),
        "MOORING_ROUTING": str(document),
        "MOORING_GATEWAY_PORT": "0",
        "MOORING_METRICS_PORT": "0",
    }
    return subprocess.Popen(
        [sys.executable, "-m", _MODULE],
        env=environment() | defaults | settings,
        stderr=stderr,
        text=True,
    )


def run(home: Path, **settings: str) -> tuple[int, list[str]]:
    """Run a process that is expected to end by itself; its exit code and its lines on stderr."""
    process = start(home, "http://127.0.0.1:1", subprocess.PIPE, **settings)
    try:
        _, errors = process.communicate(timeout=30)
    finally:
        process.kill()
    return process.returncode, errors.splitlines()


@contextmanager
def running(home: Path, url: str, **settings: str) -> Iterator[GatewayProcess]:
    """A process that listens; killed at the end of the block if it still runs."""
    process = serving(home, url, **settings)
    try:
        yield process
    finally:
        process.end()


def serving(home: Path, url: str = "", **settings: str) -> GatewayProcess:
    """A process that listens; whoever starts it ends it."""
    process = start(home, url, subprocess.PIPE, **settings)
    try:
        facts = _listening(process)
    except BaseException:
        process.kill()
        process.communicate()
        raise
    return GatewayProcess(process, facts["port"], facts["metrics_port"])


def _listening(process: subprocess.Popen[str]) -> dict[str, Any]:
    if process.stderr is None:
        raise ValueError("start the process with its stderr piped")
    for line in process.stderr:
        entry: dict[str, Any] = json.loads(line)
        if entry["message"] == "gateway is listening":
            return entry
    raise ChildProcessError(f"the gateway ended with {process.wait()}")
