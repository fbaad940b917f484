"""Children that never outlive this process: started apart, awaited by deadline, ended in order."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from threading import Event, Thread

from mooring.process.errors import ProcessFailed
from mooring.process.limits import limit_memory

# Long enough for a drain of five seconds and a request that takes its whole deadline.
STOP_SECONDS = 20.0

# How often a condition is looked at; short against the second that a server takes to boot.
POLL_SECONDS = 0.05

_LINES_SHOWN = 5
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Child:
    """A started server and where its output goes."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path


@dataclass
class Processes:
    """A context that stops what was started in it, last first, however it is left."""

    logs: Path
    children: list[Child] = field(default_factory=list)

    def __enter__(self) -> Processes:
        self.logs.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(self, *raised: object) -> None:
        for child in reversed(self.children):
            stop(child.process)

    def start(
        self,
        name: str,
        command: Sequence[str],
        environ: Mapping[str, str],
        memory_mb: float | None = None,
    ) -> Child:
        """Start a server in a session of its own, so that Ctrl-C reaches only this process.

        `memory_mb` limits it and each process it starts; see `limit_memory` for what is counted.
        """
        log = self.logs / f"{name}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                command,
                env={**os.environ, **environ},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=partial(_before_exec, memory_mb),
            )
        child = Child(name, process, log)
        self.children.append(child)
        return child

    def wait_until(self, child: Child, ready: Callable[[], bool], seconds: float) -> None:
        """Wait until `ready()`; raises ProcessFailed when the child ends or the time is over."""
        deadline = time.monotonic() + seconds
        while not ready():
            if child.process.poll() is not None:
                raise failed(child, f"it ended with status {child.process.returncode}")
            if time.monotonic() > deadline:
                raise failed(child, f"it was not ready within {seconds:.0f} s")
            time.sleep(POLL_SECONDS)

    def set_at_end(self, child: Child, ended: Event) -> None:
        """Have `ended` set when the child is gone, for who waits for other things besides."""

        def wait() -> None:
            child.process.wait()
            ended.set()

        Thread(target=wait, daemon=True).start()

    def wait_for_end(self) -> None:
        """Wait until any child ends, which none should: raises ProcessFailed."""
        while True:
            for child in self.children:
                if child.process.poll() is not None:
                    raise failed(child, f"it ended with status {child.process.returncode}")
            time.sleep(POLL_SECONDS)


def stop(process: subprocess.Popen[bytes], seconds: float = STOP_SECONDS) -> None:
    """Ask a process to end, wait, and kill its whole session when it does not."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        pass
    finally:
        _kill_session(process.pid)
        process.wait()


def _kill_session(leader: int) -> None:
    """Whatever is left of a server's session, workers included."""
    try:
        os.killpg(leader, signal.SIGKILL)
    except ProcessLookupError:
        return


def _before_exec(memory_mb: float | None) -> None:
    """In the child, before it becomes the server."""
    _die_with_parent()
    if memory_mb is not None:
        limit_memory(memory_mb)


def _die_with_parent() -> None:
    """Have the kernel send SIGTERM when the parent is gone, even by SIGKILL (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def failed(child: Child, problem: str) -> ProcessFailed:
    """The error that says what became of a child, with the end of what it printed."""
    words = "\n".join(last_words(child))
    return ProcessFailed(
        problem, place=child.name, cure=f"Its last words, from {child.log}:\n{words}"
    )


def last_words(child: Child, lines: int = _LINES_SHOWN) -> list[str]:
    """The end of what a child printed."""
    printed = child.log.read_text(errors="replace").splitlines()
    return [line for line in printed if line.strip()][-lines:]
