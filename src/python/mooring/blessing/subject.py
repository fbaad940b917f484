"""The service on trial: a port, and the process behind it."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import psutil

from mooring.process.children import Child, Processes, last_words, stop
from mooring.process.limits import memory_is_limitable
from mooring.process.ports import is_open, require_free
from mooring.process.service import ServiceProcess
from mooring.process.tree import is_alive, kill_all, members, peak_mb, workers

# Enough for the service's own drain; what it still does then is of no interest.
_STOP_SECONDS = 5.0


class ServiceUnderTest(Protocol):
    """A model service that can be started once, looked at, and ended."""

    @property
    def url(self) -> str:
        """Where it answers."""

    def start(self, memory_mb: float) -> bool:
        """Start it within a hard limit on memory; whether that limit holds on this system.

        Raises PortInUse, or OSError where no process can be started.
        """

    def ended(self, within: float = 0.0) -> int | None:
        """Its exit status once it has ended, waiting for that at most `within` seconds."""

    def restarts(self) -> int:
        """How many of its workers were started in the place of one that had died."""

    def peak_mb(self) -> float | None:
        """Peak resident memory of all its processes so far, None where nothing tells."""

    def terminate(self) -> None:
        """Ask it to end, by SIGTERM."""

    def left_over(self) -> int:
        """How many of the processes that it had at `terminate` live on."""

    def port_open(self) -> bool:
        """Whether somebody listens at its port."""

    def last_words(self) -> str:
        """The end of what it printed, in one line."""

    def stop(self) -> None:
        """Have nothing of it left, whatever it takes."""


@dataclass
class LocalService:
    """The real process, started by the same command as `mooring serve` starts it."""

    process: ServiceProcess
    logs: Path
    workers: set[psutil.Process] = field(default_factory=set)
    at_the_end: list[psutil.Process] = field(default_factory=list)
    child: Child | None = None

    @property
    def url(self) -> str:
        """Where it answers."""
        return self.process.url

    def start(self, memory_mb: float) -> bool:
        """Start it; see the port."""
        require_free(self.process.port)
        self.logs.mkdir(parents=True, exist_ok=True)
        self.child = Processes(self.logs).start(
            "blessing", self.process.command, self.process.environ, memory_mb
        )
        return memory_is_limitable()

    def ended(self, within: float = 0.0) -> int | None:
        """Its exit status; see the port."""
        try:
            return self._popen.wait(within) if within else self._popen.poll()
        except subprocess.TimeoutExpired:
            return None

    def restarts(self) -> int:
        """Workers beyond the one it has."""
        self.workers.update(workers(self._popen.pid))
        return max(0, len(self.workers) - 1)

    def peak_mb(self) -> float | None:
        """Sum of its processes' own peaks."""
        return peak_mb(self._popen.pid)

    def terminate(self) -> None:
        """SIGTERM to the supervisor, who tells its worker."""
        self.at_the_end = members(self._popen.pid)
        self._popen.terminate()

    def left_over(self) -> int:
        """Processes that outlived it."""
        return sum(map(is_alive, self.at_the_end))

    def port_open(self) -> bool:
        """Whether a connection is accepted."""
        return is_open(self.process.port)

    def last_words(self) -> str:
        """The last line of its log."""
        return " ".join(last_words(self.child, lines=1)) if self.child else ""

    def stop(self) -> None:
        """End its whole tree: a worker leads a session of its own."""
        if self.child is None:
            return
        tree = {*members(self._popen.pid), *self.at_the_end, *self.workers}
        # Who was asked to end already has had the time for it.
        stop(self._popen, 0.0 if self.at_the_end else _STOP_SECONDS)
        kill_all(tree)

    @property
    def _popen(self) -> subprocess.Popen[bytes]:
        assert self.child is not None, "it has not been started"  # noqa: S101
        return self.child.process
