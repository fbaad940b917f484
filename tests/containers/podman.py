"""Podman, in a cell: it has no daemon, but what it starts lets go of it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.containers.cell import Cell, Unavailable, cell, remove_cgroups, tool

_COMMAND_SECONDS = 300.0

# Its own defaults ask for more files and processes than a machine may give, and for systemd.
_SETTINGS = """
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
[engine]
cgroup_manager = "cgroupfs"
events_logger = "none"
runtime = "runc"
"""


@dataclass(frozen=True)
class Podman:
    """Podman on storage of its own."""

    own: Cell
    folder: Path

    @property
    def cgroup(self) -> str:
        """Where its containers go."""
        return f"/mooring-{self.folder.name}"

    def attempt(self, *argv: str) -> subprocess.CompletedProcess[str]:
        """Run a `podman` command, whatever comes of it."""
        settings = f"CONTAINERS_CONF={self.folder}/containers.conf"
        places = [f"--{each}={self.folder}/{each}" for each in ("root", "runroot", "tmpdir")]
        command = ("env", settings, tool("podman"), *places, *argv)
        return self.own.run(*command, seconds=_COMMAND_SECONDS)

    def podman(self, *argv: str) -> str:
        """What a `podman` command that succeeds prints."""
        done = self.attempt(*argv)
        assert done.returncode == 0, f"podman {' '.join(argv)}\n{done.stdout}{done.stderr}"
        return done.stdout.strip()

    def images(self) -> list[dict[str, Any]]:
        """Every image that it holds."""
        names = self.podman("images", "--quiet", "--no-trunc").split()
        return list(json.loads(self.podman("image", "inspect", *names))) if names else []


@contextmanager
def podman() -> Iterator[Podman]:
    """Podman for the time of the block. Raises Unavailable."""
    tool("podman")
    if os.geteuid() != 0:
        raise Unavailable("the tests start podman as root only")
    folder = Path(tempfile.mkdtemp(prefix="podman-"))
    images = folder / "root"
    images.mkdir()
    (folder / "containers.conf").write_text(_SETTINGS)
    try:
        with cell() as own:
            # Its images, and its locks, which all users of a machine share.
            own.in_memory(str(images), "/run", "/dev/shm")
            found = Podman(own, folder)
            answer = found.attempt("info")
            if answer.returncode != 0:
                raise Unavailable(f"podman cannot work here:\n{answer.stderr.strip()}")
            yield found
            found.attempt("rm", "--all", "--force")
    finally:
        remove_cgroups(f"/mooring-{folder.name}")
        shutil.rmtree(folder)
