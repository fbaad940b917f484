"""A Docker engine: the one that runs already, else one of our own, in a cell and on private paths.

Which can be had depends on the machine, so that whatever stands in the way is an `Unavailable`
with the reason, and the tests are skipped by it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.containers.cell import Cell, Unavailable, cell, remove_cgroups, tool

# It has taken eight seconds on two idle cores.
START_SECONDS = 120.0
_STOP_SECONDS = 60.0
_COMMAND_SECONDS = 300.0
_LINES_SHOWN = 5


@dataclass(frozen=True)
class Engine:
    """An engine that answers: `environ` is how its client finds it, `own` where it runs, unless it
    was there already.
    """

    client: str
    environ: Mapping[str, str]
    own: Cell | None = None

    @property
    def containerd(self) -> str:
        """Where the containerd of an engine of our own listens."""
        folder = self.environ["DOCKER_HOST"].removeprefix("unix://").removesuffix("/docker.sock")
        return f"{folder}/exec/containerd/containerd.sock"

    def attempt(self, *argv: str) -> subprocess.CompletedProcess[str]:
        """Run a `docker` command, whatever comes of it."""
        return subprocess.run(
            [self.client, *argv], env=self.environ, capture_output=True, text=True,
            timeout=_COMMAND_SECONDS, check=False,
        )  # fmt: skip

    def docker(self, *argv: str) -> str:
        """What a `docker` command that succeeds prints."""
        done = self.attempt(*argv)
        assert done.returncode == 0, f"docker {' '.join(argv)}\n{done.stdout}{done.stderr}"
        return done.stdout.strip()

    def start(self, *argv: str) -> subprocess.Popen[str]:
        """Begin a `docker` command and go on."""
        return subprocess.Popen(
            [self.client, *argv], env=self.environ, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def inspect(self, name: str) -> dict[str, Any]:
        """All that the engine knows about a container, an image or a network."""
        (found,) = json.loads(self.docker("inspect", name))
        return dict(found)


@contextmanager
def engine() -> Iterator[Engine]:
    """An engine for the time of the block. Raises Unavailable."""
    running = _running(tool("docker"))
    if running:
        yield running
        return
    if os.geteuid() != 0:
        raise Unavailable("no Docker engine runs, and only root may start one")
    # Short, because a socket's path has 107 characters; not of the test, which may be kept.
    folder = Path(tempfile.mkdtemp(prefix="engine-"))
    try:
        with cell() as own:
            yield from _start(own, folder)
    finally:
        remove_cgroups(_cgroup(folder))
        shutil.rmtree(folder)


def _running(client: str) -> Engine | None:
    found = Engine(client, dict(os.environ))
    return found if _answers(found) else None


def _answers(candidate: Engine) -> bool:
    return candidate.attempt("version", "--format", "{{.Server.Version}}").returncode == 0


def _start(own: Cell, folder: Path) -> Iterator[Engine]:
    log, data = folder / "dockerd.log", folder / "data"
    data.mkdir()
    own.in_memory(str(data))
    with log.open("wb") as output:
        daemon = subprocess.Popen(own.command(*_daemon(folder)), stdout=output, stderr=output)
    try:
        environ = {
            **{name: value for name, value in os.environ.items() if "DOCKER" not in name},
            "DOCKER_HOST": f"unix://{folder}/docker.sock",
            "DOCKER_CONFIG": str(folder / "client"),
        }
        started = Engine(tool("docker"), environ, own)
        _wait_until(started, daemon, log)
        yield started
    finally:
        _stop(own, folder, daemon)


def _stop(own: Cell, folder: Path, daemon: subprocess.Popen[bytes]) -> None:
    """Let it end its containers and take its networks apart; whatever is left the cell takes."""
    own.run("sh", "-c", f"kill -TERM $(cat {folder}/docker.pid)")
    try:
        daemon.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        daemon.kill()
        daemon.wait()


def _daemon(folder: Path) -> list[str]:
    return [
        *(tool("dockerd"), "--host", f"unix://{folder}/docker.sock"),
        *("--pidfile", f"{folder}/docker.pid"),
        *("--data-root", f"{folder}/data", "--exec-root", f"{folder}/exec"),
        # systemd is not in the cell.
        *("--exec-opt", "native.cgroupdriver=cgroupfs", "--cgroup-parent", _cgroup(folder)),
        *("--config-file", str(_settings(folder)), "--log-level", "warn"),
    ]


def _settings(folder: Path) -> Path:
    """None: what the machine has set for an engine of its own is not meant for this one."""
    path = folder / "daemon.json"
    path.write_text("{}")
    return path


def _cgroup(folder: Path) -> str:
    return f"/mooring-{folder.name}"


def _wait_until(started: Engine, daemon: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not _answers(started):
        if daemon.poll() is not None or time.monotonic() > deadline:
            words = "\n".join(log.read_text(errors="replace").splitlines()[-_LINES_SHOWN:])
            raise Unavailable(f"the Docker engine cannot start here:\n{words}")
        time.sleep(0.1)


def a_name(purpose: str) -> str:
    """A name that no container, image or network on this machine has."""
    return f"mooring-{purpose}-{uuid.uuid4().hex[:8]}"
