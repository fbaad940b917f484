"""Showing in MLflow what `release.json` says. Git holds the truth: a mirror that fails is a warning
and never undoes what was promoted.
"""

from __future__ import annotations

from pathlib import Path

from mooring.bundle.errors import BundleError
from mooring.bundle.release import Release, Role, read_release
from mooring.card.facts import provenance_of
from mooring.cli.console import Output
from mooring.cli.errors import NothingToMirror
from mooring.cli.registry import Model
from mooring.cli.released import open_released
from mooring.cli.workspace import Workspace
from mooring.training.errors import TrainingError
from mooring.training.registry import Holder, Mirrored


def mirror_model(model: Model, space: Workspace, tracking: str | None = None) -> Mirrored:
    """Make the registry's aliases those of the release.

    Raises NothingToMirror where no bundle of the release names a run, or no store is there, and
    TrackingUnavailable.
    """
    release = read_release(space.release(model.name), model=model.name).release
    holders = _holders(model, space, release)
    if not any(holder.run for holder in holders.values()):
        cure = "Runs are recorded by `mooring train`."
        raise NothingToMirror("no released bundle names a run", place=model.name, cure=cure)
    uri = tracking or _store_of(space.home)
    # MLflow takes seconds to import.
    from mooring.training.mlflow_registry import MlflowRegistry

    return MlflowRegistry(uri).mirror(model.name, holders)


def mirror_after(
    out: Output, model: Model, space: Workspace, tracking: str | None = None
) -> dict[str, str]:
    """Mirror what has just been released; what stands in the way is a note."""
    try:
        mirrored = mirror_model(model, space, tracking)
    except (NothingToMirror, TrainingError) as error:
        out.note(f"Released, and not mirrored to MLflow: {error}")
        return {}
    for note in mirrored.notes:
        out.note(f"MLflow: {note}")
    return {str(role): version for role, version in mirrored.aliases.items()}


def _holders(model: Model, space: Workspace, release: Release) -> dict[Role, Holder]:
    held: dict[Role, Holder] = {}
    roles: tuple[Role, ...] = ("champion", "challenger")
    for role in roles:
        released = release.champion if role == "champion" else release.challenger
        if released is None:
            continue
        try:
            run = provenance_of(open_released(model, space, released)).get("mlflow_run", "")
        except BundleError:
            run = ""
        held[role] = Holder(released.bundle, released.version, run, released.blessings)
    return held


def _store_of(home: Path) -> str:
    """The default store, which is not made for the sake of looking into it."""
    path = home / "mlruns.db"
    if not path.exists():
        cure = "Name the store with --tracking, or train in this home."
        raise NothingToMirror("there is no tracking store", place=str(path), cure=cure)
    return f"sqlite:///{path}"
