"""A cell: processes, mounts and a network of its own, and nothing of them outlives it.

A container engine changes the machine that it runs on: bridges, firewall rules, forwarding,
mounts, daemons that let go of their parent. In a cell all of that is seen by nobody outside. The
kernel takes it apart when its first process ends, which it does even if the test is killed.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

# Where Debian keeps what only root runs; the PATH of a build's sandbox may lack it.
PLACES = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

_FIRST = ("sleep", "infinity")
_OPEN_SECONDS = 30.0


class Unavailable(Exception):
    """This machine cannot do what a test needs; `str()` is the reason to skip it."""


def tool(name: str) -> str:
    """The path of a program. Raises Unavailable when it is not installed."""
    found = shutil.which(name) or shutil.which(name, path=PLACES)
    if not found:
        raise Unavailable(f"{name} is not installed")
    return found


@dataclass(frozen=True)
class Cell:
    """An open cell; `pid` is its first process, as seen from outside."""

    pid: int

    @property
    def processes(self) -> str:
        """The kernel's name of the namespace of its processes."""
        return os.readlink(f"/proc/{self.pid}/ns/pid")

    def command(self, *argv: str) -> list[str]:
        """What runs `argv` in the cell: as root, on the same files, with the same output."""
        return [
            *(tool("nsenter"), "--target", str(self.pid), "--mount", "--net", "--pid", "--"),
            *argv,
        ]

    def in_memory(self, *folders: str) -> None:
        """Put what is written below `folders` into memory: it is quick, and goes with the cell."""
        for folder in folders:
            done = self.run("mount", "-t", "tmpfs", "tmpfs", folder)
            if done.returncode != 0:
                raise Unavailable(f"this machine mounts nothing in a cell: {done.stderr.strip()}")

    def run(self, *argv: str, seconds: float = 60.0) -> subprocess.CompletedProcess[str]:
        """Run something that ends by itself."""
        return subprocess.run(
            self.command(*argv), capture_output=True, text=True, timeout=seconds, check=False
        )


@contextmanager
def cell() -> Iterator[Cell]:
    """Open a cell, and take it apart at the end. Raises Unavailable with the kernel's reason."""
    holder = subprocess.Popen(_holder(), stderr=subprocess.PIPE, text=True)
    first = _first_process(holder)
    try:
        yield Cell(first)
    finally:
        # The kernel kills all others with it, and lets the holder know when none is left.
        os.kill(first, signal.SIGKILL)
        holder.communicate()


def _holder() -> Sequence[str]:
    """Whoever holds the cell ends with this test, and the cell's first process with the holder."""
    return (
        *(tool("setpriv"), "--pdeathsig", "KILL"),
        *(tool("unshare"), "--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"),
        *_FIRST,
    )


def _first_process(holder: subprocess.Popen[str]) -> int:
    children = Path(f"/proc/{holder.pid}/task/{holder.pid}/children")
    deadline = time.monotonic() + _OPEN_SECONDS
    while holder.poll() is None and time.monotonic() < deadline:
        for child in children.read_text().split():
            # Until it has become what it is to be, its mounts are still those of the machine.
            if Path(f"/proc/{child}/comm").read_text().strip() == _FIRST[0]:
                return int(child)
        time.sleep(0.01)
    holder.kill()
    raise Unavailable(f"this machine gives no namespaces: {holder.communicate()[1].strip()}")


def remove_cgroups(name: str) -> None:
    """The one thing that no cell takes with it: groups of processes that are gone."""
    for top in Path("/sys/fs/cgroup").glob(f"**{name}"):
        for folder, _, _ in os.walk(top, topdown=False):
            os.rmdir(folder)
