"""The routing document of this machine: written here, obeyed by gateways."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mooring.bundle.release import read_release
from mooring.cli.errors import NothingReleased
from mooring.cli.registry import find_model, known_models
from mooring.cli.workspace import Workspace
from mooring.contract.routing import Route, Target
from mooring.delivery.controller.publish import publish, sole_writer
from mooring.process.ports import LOOPBACK


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
    """Publish these champions, as the controller publishes; the document's version.

    Raises AnotherWriter while a controller runs, and NoHigherVersion.
    """
    models = {m.name: Route(champion=_target(m)) for m in routed}
    with sole_writer(path):
        return publish(path, models).routing.version


def _target(routed: Routed) -> Target:
    return Target(urls=(routed.url,), version=routed.version, bundle=routed.bundle)


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
