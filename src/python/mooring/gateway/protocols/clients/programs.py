"""Programs that are built from resolves of their own: their PEXes, run as processes.

Tests get them in their sandbox by `runtime_package_dependencies`; outside of Pants,
`./pants package src/python/mooring/gateway/protocols/clients` puts them into `dist/`.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_FOLDER = Path("src.python.mooring.gateway.protocols.clients")

# Generous: the first run of a PEX unpacks it, and an attack takes its time.
_PATIENCE_SECONDS = 1_200.0


def answers_of(name: str, port: int) -> dict[str, Any]:
    """Run a client's program against a gateway; what it printed."""
    done = run(name, [str(port)])
    if done.returncode:
        raise ChildProcessError(f"{name} ended with {done.returncode}: {done.stderr}")
    answers: dict[str, Any] = json.loads(done.stdout)
    return answers


def run(
    name: str,
    arguments: list[str],
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run a program to its end, in a folder where it may leave things."""
    return subprocess.run(
        [str(_executable(name)), *arguments],
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        cwd=folder,
        timeout=_PATIENCE_SECONDS,
        check=False,
    )


def _executable(name: str) -> Path:
    pex = _FOLDER / f"{name}.pex"
    for folder in (Path(), Path("dist")):
        if (folder / pex).exists():
            return (folder / pex).absolute()
    package = str(_FOLDER).replace(".", "/")
    raise FileNotFoundError(f"{pex}: run `./pants package {package}:{name}`")
