"""What this machine offers and what is in the way, each finding with its cure."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from mooring.cli.stack import Ports
from mooring.cli.workspace import Workspace
from mooring.observability.programs import ALERTMANAGER, CHROMIUM, PROMETHEUS, ProgramMissing
from mooring.process.ports import LOOPBACK

Level = Literal["ok", "warning", "problem"]

# Measured on a fresh machine: locks unpacked and cached take about 6 GB.
DISK_NEEDED = 10 * 1024**3

PYTHONS = ("3.9", "3.11")

# What the packaged command is made from; a newer file than the package makes it stale.
INPUTS = ("src/python", "models", "build-support/macros.py", "pants.toml", "BUILD")


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    what: str
    level: Level
    found: str
    cure: str = ""


def examine(space: Workspace) -> list[Finding]:
    """Look at everything; never raises for what it finds."""
    return [
        *_interpreters(),
        _index(),
        _disk(space),
        *_ports(),
        _package(space),
        _git(),
        *_programs(),
        _home(space),
    ]


def _interpreters() -> Iterator[Finding]:
    for version in PYTHONS:
        path = find_python(version)
        yield Finding(
            f"CPython {version}",
            "ok" if path else "problem",
            str(path or "not found on PATH or in pyenv"),
            "" if path else f"Install it, for example with `uv python install {version}`.",
        )


def find_python(version: str) -> Path | None:
    """A CPython of this version that really runs; pyenv's shims exist without working."""
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    candidates = [Path(p) for p in _on_path(f"python{version}")]
    candidates += sorted(pyenv.glob(f"versions/{version}.*/bin/python{version}"))
    return next((path for path in candidates if _runs(path)), None)


def _on_path(name: str) -> Iterator[str]:
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        found = shutil.which(name, path=folder)
        if found:
            yield found


def _runs(python: Path) -> bool:
    return subprocess.run([python, "-c", ""], capture_output=True, check=False).returncode == 0


def _index() -> Finding:
    """Ask pip, which knows this machine's index, for a small package."""
    python = find_python("3.11")
    if python is None:
        return Finding(
            "package index", "warning", "not asked: there is no CPython 3.11 to ask with"
        )
    command = [str(python), "-m", "pip", "index", "versions", "packaging"]
    try:
        done = subprocess.run(command, capture_output=True, timeout=20, check=False)
    except subprocess.TimeoutExpired:
        return Finding("package index", "problem", "no answer in 20 s", "Check the network.")
    if done.returncode == 0:
        return Finding("package index", "ok", "answers")
    cure = "Check the network and pip's configuration (`pip config list`)."
    return Finding("package index", "problem", "does not answer", cure)


def _disk(space: Workspace) -> Finding:
    free = shutil.disk_usage(_existing(space.home)).free
    found = f"{free / 1024**3:.0f} GiB free"
    if free >= DISK_NEEDED:
        return Finding("disk", "ok", found)
    return Finding("disk", "warning", found, "A first build needs about 10 GiB.")


def _ports() -> Iterator[Finding]:
    for name, port in vars(Ports()).items():
        with socket.socket() as probe:
            taken = probe.connect_ex((LOOPBACK, port)) == 0
        found = f"{port} is {'in use' if taken else 'free'}"
        cure = f"Serve with --{name}-port, or stop who listens there." if taken else ""
        yield Finding(f"{name} port", "warning" if taken else "ok", found, cure)


def _package(space: Workspace) -> Finding:
    """Whether ./mooring would package anew: its pointer is older than one of its sources."""
    pointer = space.root / "dist" / "mooring" / "code"
    what = "packaged command"
    if not pointer.exists():
        return Finding(what, "warning", "not built", "./mooring builds it.")
    built = pointer.stat().st_mtime
    stale = any(path.stat().st_mtime > built for path in _inputs(space.root))
    if stale:
        return Finding(what, "warning", "stale", "./mooring builds it anew.")
    return Finding(what, "ok", "up to date")


def _inputs(root: Path) -> Iterator[Path]:
    for name in INPUTS:
        path = root / name
        files = path.rglob("*.py") if path.is_dir() else [path]
        yield from (file for file in files if file.exists() and not file.match("*_test.py"))


def _git() -> Finding:
    path = shutil.which("git")
    return Finding("git", "ok", path) if path else Finding("git", "problem", "none", "Install git.")


def _programs() -> Iterator[Finding]:
    """What `mooring obs` and some tests start; nothing else needs them."""
    for program in (PROMETHEUS, ALERTMANAGER, CHROMIUM):
        try:
            yield Finding(program.names[0], "ok", program.path)
        except ProgramMissing as missing:
            yield Finding(program.names[0], "warning", "not installed", missing.cure)


def _home(space: Workspace) -> Finding:
    writable = os.access(_existing(space.home), os.W_OK)
    cure = "" if writable else "Set MOORING_HOME to a folder you may write."
    return Finding("home", "ok" if writable else "problem", str(space.home), cure)


def _existing(path: Path) -> Path:
    return path if path.exists() else _existing(path.parent)
