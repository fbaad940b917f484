"""The routing document of this machine: written here, obeyed by gateways."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mooring.bundle.atomic import write_file
from mooring.bundle.release import read_release
from mooring.cli.errors import NothingReleased
from mooring.cli.registry import find_model, known_models
from mooring.cli.workspace import Workspace
from mooring.process.ports import LOOPBACK

FORMAT = 1


@dataclass(frozen=True)
class Routed:
    """A model, where its service listens, and what that must turn out to serve."""

    name: str
    url: str
    version: int
    bundle: str


def local_url(port: int) -> str:
    """Where a model service of this machine listens."""
    return f"http://{LOOPBACK}:{port}"


def released(space: Workspace, names: Sequence[str], first_port: int) -> list[Routed]:
    """The champions of these models, by default of all that have one, as `mooring serve` with the
    same names would serve them: on one port after the other.

    Raises UnknownModel, ReleaseError or NothingReleased.
    """
    models = [find_model(name).name for name in dict.fromkeys(names)] or _with_champion(space)
    return [_champion(space, name, first_port + i) for i, name in enumerate(models)]


def write_routing(path: Path, routed: Sequence[Routed]) -> int:
    """Replace the document in one step; its version grows when it says something else than before.

    Returns the version.
    """
    models = {
        m.name: {"champion": {"urls": [m.url], "version": m.version, "bundle": m.bundle}}
        for m in routed
    }
    before = _read(path)
    unchanged = before.get("models") == models and before.get("format") == FORMAT
    version = _version(before) + (not unchanged)
    document = {"format": FORMAT, "version": version, "models": models}
    write_file(path, (json.dumps(document, indent=2, sort_keys=True) + "\n").encode())
    return version


def _with_champion(space: Workspace) -> list[str]:
    names = known_models()
    found = [n for n in names if read_release(space.release(n), model=n).release.champion]
    if not found:
        raise NothingReleased(
            "no model has a champion", place="models/", cure="Promote a blessed bundle first."
        )
    return found


def _champion(space: Workspace, name: str, port: int) -> Routed:
    path = space.release(name)
    champion = read_release(path, model=name).release.champion
    if champion is None:
        raise NothingReleased(
            "there is no champion", place=str(path), cure=f"Run `mooring promote {name}`."
        )
    return Routed(name, local_url(port), champion.version, champion.bundle)


def _read(path: Path) -> dict[str, Any]:
    """What is there, or nothing: this is also the cure for a document that is damaged."""
    try:
        document = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return document if isinstance(document, dict) else {}


def _version(document: dict[str, Any]) -> int:
    version = document.get("version")
    return version if isinstance(version, int) and version >= 0 else 0
