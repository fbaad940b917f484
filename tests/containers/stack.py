"""Containers of our images on an engine: run as production should, asked from inside."""

from __future__ import annotations

import inspect
import json
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.containers import inside
from tests.containers.engine import Engine, a_name

PYTHON = "python3.11"

# What every image must bear; docs/build.md tells to run them so. Half a gigabyte is twice what the
# service was ever seen to use.
HARDENED = (
    *("--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"),
    *("--tmpfs", "/tmp:rw,noexec,nosuid,nodev,size=64m,mode=1777"),
    *("--pids-limit", "128", "--memory", "512m"),
)

_MIB = 1_048_576


@dataclass(frozen=True)
class Container:
    """A container that has been started."""

    engine: Engine
    name: str

    def inside(self, *argv: str) -> Any:
        """Run a verb of `inside` in it, and what it found."""
        return json.loads(self.engine.docker("exec", self.name, *_verb(*argv)))

    def begin_inside(self, *argv: str) -> subprocess.Popen[str]:
        """Begin a verb of `inside` in it."""
        return self.engine.start("exec", self.name, *_verb(*argv))

    def signal(self, name: str) -> None:
        """Send its first process a signal."""
        self.engine.docker("kill", "--signal", name, self.name)

    def exit_code(self) -> int:
        """Wait until it has ended."""
        return int(self.engine.docker("wait", self.name))

    def state(self) -> dict[str, Any]:
        """What the engine knows of it."""
        return self.engine.inspect(self.name)

    def peak_memory_mb(self) -> float:
        """The most that its processes have ever held, in MiB, cached files included."""
        return self._counted("memory.max_usage_in_bytes") / _MIB

    def cpu_seconds(self) -> float:
        """What its processes have computed, all together."""
        return self._counted("cpuacct.usage") / 1e9

    def _counted(self, file: str) -> float:
        """What the kernel counts for its group (cgroups of version 1); NaN where it does not."""
        found = Path("/sys/fs/cgroup").glob(f"*/**/{self.state()['Id']}/{file}")
        return float(next((path.read_text() for path in found), "nan"))

    def logs(self) -> str:
        """All that it has printed."""
        done = self.engine.attempt("logs", self.name)
        return done.stdout + done.stderr


def _verb(*argv: str) -> Sequence[str]:
    return (PYTHON, "-c", inspect.getsource(inside), *argv)


@contextmanager
def container(
    engine: Engine, image: str, *options: str, command: Sequence[str] = ()
) -> Iterator[Container]:
    """Run `image`, and remove what is left of it."""
    name = a_name("test")
    try:
        engine.docker("run", "--detach", "--name", name, *options, image, *command)
        yield Container(engine, name)
    finally:
        engine.docker("rm", "--force", "--volumes", name)


@contextmanager
def private_network(engine: Engine) -> Iterator[str]:
    """A network that leads nowhere else."""
    name = a_name("net")
    engine.docker("network", "create", "--internal", name)
    try:
        yield name
    finally:
        engine.docker("network", "rm", name)


@contextmanager
def client(engine: Engine, image: str, network: str) -> Iterator[Container]:
    """Somebody on the network with nothing but Python: the image without its process."""
    options = ("--network", network, "--entrypoint", PYTHON, *HARDENED)
    wait = ("-c", "import signal; signal.pause()")
    with container(engine, image, *options, command=wait) as found:
        yield found
