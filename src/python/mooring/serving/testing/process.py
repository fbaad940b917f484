"""A service started as `bentoml serve` and asked over HTTP: from our sources, or from a Bento."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

from mooring.process.ports import free_port
from mooring.serving.service import model_service

SERVICE = f"""
from {model_service.__module__} import {model_service.__name__}
Served = model_service("%s")
"""

BOOT_SECONDS = 60.0


@dataclass(frozen=True)
class Service:
    """A running service process."""

    process: subprocess.Popen[bytes]
    port: int
    output: Path

    def request(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> tuple[int, HTTPResponse, bytes]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=BOOT_SECONDS)
        try:
            connection.request(method, path, body or None, headers or {})
            response = connection.getresponse()
            return response.status, response, response.read()
        finally:
            connection.close()

    def first_readiness(self) -> tuple[int, bytes]:
        """The first answer of /readyz: before it, connections are refused or wait."""
        deadline = time.monotonic() + BOOT_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                status, _, body = self.request("GET", "/readyz")
            except ConnectionRefusedError:
                _pause()
            else:
                return status, body
        raise AssertionError(f"it did not come up:\n{self.output.read_text()}")

    def readiness_becomes(self, wanted: int) -> bytes:
        """What /readyz says once its status is `wanted`."""
        deadline = time.monotonic() + BOOT_SECONDS
        while time.monotonic() < deadline:
            status, _, body = self.request("GET", "/readyz")
            if status == wanted:
                return body
            _pause()
        raise AssertionError(f"/readyz never answered {wanted}:\n{self.output.read_text()}")

    def workers(self) -> list[int]:
        pid = self.process.pid
        return [int(w) for w in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _pause() -> None:
    """Between two attempts to connect: nothing tells when a port opens."""
    time.sleep(0.05)


@contextmanager
def serving(folder: Path, model: str = "tiny", **environ: str) -> Iterator[Service]:
    """A service of a model in `folder`, with our sources from here."""
    (folder / "serves.py").write_text(SERVICE % model)
    own = {
        # Absolute: the service starts in a folder of its own.
        "PYTHONPATH": os.pathsep.join(os.path.abspath(p) for p in sys.path if p),
        "BENTOML_HOME": str(folder / "bentoml"),
        # Prints what would be reported instead of sending it.
        "__BENTOML_DEBUG_USAGE": "true",
    }
    inherited = {k: v for k, v in os.environ.items() if k != "BENTOML_DO_NOT_TRACK"}
    with _started("serves:Served", folder, inherited | own | environ) as service:
        yield service


@contextmanager
def serving_bento(bento: Path, cwd: Path, **environ: str) -> Iterator[Service]:
    """The service of a Bento, started in the folder `cwd` with nothing of ours: no sources, and no
    variable but those that are given. `cwd` is its home too.
    """
    with _started(str(bento), cwd, {"HOME": str(cwd), "PATH": os.defpath, **environ}) as service:
        yield service


@contextmanager
def _started(target: str, cwd: Path, environ: Mapping[str, str]) -> Iterator[Service]:
    port = free_port()
    command = [sys.executable, "-m", "bentoml", "serve", target]
    address = ["--host", "127.0.0.1", "--port", str(port)]
    output = cwd / "output.txt"
    with output.open("wb") as log:
        process = subprocess.Popen(
            [*command, *address], cwd=cwd, env=environ, stdout=log, stderr=log
        )
    try:
        yield Service(process, port, output)
    finally:
        process.terminate()
        try:
            process.wait(20)
        finally:
            process.kill()
