"""The verbs from raw data to a release, each with frozen data in and out; commands and demo share
them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from getpass import getuser
from pathlib import Path

from mooring.blessing.evaluation import evaluate
from mooring.blessing.evidence import Blessing, blessing_path, write_blessing
from mooring.blessing.promotion import Decision, crowned, gather_blessings, promote, roll_back
from mooring.bundle.atomic import write_file
from mooring.bundle.errors import BundleError
from mooring.bundle.load import LoadedModel, load_model
from mooring.bundle.open import Bundle, open_bundle
from mooring.bundle.release import Released, ReleaseFile, read_release, write_release
from mooring.bundle.write import copy_bundle, folder_of
from mooring.cli import git
from mooring.cli.errors import ChampionUnusable, NothingToBless
from mooring.cli.registry import Model
from mooring.cli.workspace import Workspace
from mooring.data.dataset import read_version
from mooring.data.ingest import Ingested, ingest, table_of
from mooring.training.train import Trained, train

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Blessed:
    """A blessing and the file that holds it."""

    blessing: Blessing
    path: Path


@dataclass(frozen=True)
class Promoted:
    """The new champion, the release that says so, and the commit where one was made."""

    champion: Released
    release: ReleaseFile
    commit: str | None
    git_line: str


def ingest_model(model: Model, space: Workspace) -> Ingested:
    """Read the model's raw data into a dataset version."""
    return ingest(model.source, space.data)


def train_model(
    model: Model,
    space: Workspace,
    *,
    version: int | None = None,
    tracking: str | None = None,
    progress: Progress = lambda step: None,
) -> Trained:
    """Train on a dataset version and remember the bundle as the model's candidate."""
    # MLflow takes seconds to import; nothing else in this module needs it.
    from mooring.training.mlflow_tracker import MlflowTracker, sqlite_tracker

    tracker = MlflowTracker(tracking) if tracking else sqlite_tracker(space.home)
    dataset, rows = read_version(table_of(space.data, model.name), version)
    trained = train(model.plan, dataset, rows, space.bundles, tracker, progress)
    write_file(space.candidate(model.name), trained.bundle.id.encode())
    return trained


def candidate_of(model: Model, space: Workspace, bundle: str | None = None) -> Bundle:
    """Open the named bundle (an id or its first 16 digits), else the one trained last.

    Raises NothingToBless when there is none.
    """
    path = space.candidate(model.name)
    if bundle is None and not path.exists():
        raise NothingToBless(
            "no bundle has been trained", place=str(path), cure=f"Run `mooring train {model.name}`."
        )
    wanted = bundle or path.read_text()
    return open_bundle(
        folder_of(space.bundles, wanted), expect=wanted if len(wanted) == 64 else None
    )


def bless_model(model: Model, space: Workspace, bundle: str | None = None) -> Blessed:
    """Judge a bundle by the model's gate on the newest dataset version, and against the champion.

    Raises ChampionUnusable when the gate asks for a comparison and the champion does not load.
    """
    loaded = load_model(candidate_of(model, space, bundle))
    dataset, rows = read_version(table_of(space.data, model.name))
    champion = _champion_to_beat(model, space, loaded.bundle)
    blessing = evaluate(loaded, model.gate, dataset, rows, champion)
    return Blessed(blessing, write_blessing(space.blessings, blessing))


def promote_model(
    model: Model, space: Workspace, *, bundle: str | None, reason: str, commit: bool
) -> Promoted:
    """Make a blessed bundle the champion: copy it and its evidence beside the release, then swap.

    A crash before the last step leaves a copied bundle that no release refers to, nothing else.
    """
    candidate = candidate_of(model, space, bundle)
    before = _clean_release(model, space)
    blessings = gather_blessings(space.blessings, candidate, model.gate, before.release)
    folder = space.model(model.name)
    location = f"bundles/{candidate.id[:16]}"
    release = promote(before.release, candidate, location, blessings, _decision(reason))
    copies = [copy_bundle(candidate, folder / "bundles").path]
    for kind in model.gate.required_blessings:
        source = blessing_path(space.blessings, candidate.id, kind)
        copies.append(folder / "blessings" / source.name)
        write_file(copies[-1], source.read_bytes())
    return _record(space, write_release(before, release), copies, commit=commit, verb="Promote")


def rollback_model(
    model: Model, space: Workspace, *, version: int | None, reason: str, commit: bool
) -> Promoted:
    """Bring a former champion back under its old version; its bundle is verified first."""
    before = _clean_release(model, space)
    release = roll_back(before.release, _decision(reason), version)
    restored = crowned(release)
    open_bundle(space.model(model.name) / restored.location, expect=restored.bundle)
    return _record(space, write_release(before, release), [], commit=commit, verb="Roll back to")


def _champion_to_beat(model: Model, space: Workspace, candidate: Bundle) -> LoadedModel | None:
    """The release's champion, loaded; None where there is none, or it is the candidate itself."""
    path = space.release(model.name)
    released = read_release(path, model=model.name).release.champion
    wanted = model.gate.against_champion is not None
    if not wanted or released is None or released.bundle == candidate.id:
        return None
    try:
        return load_model(open_bundle(path.parent / released.location, expect=released.bundle))
    except BundleError as error:
        raise ChampionUnusable(
            f"the champion cannot be compared with: {error.problem}",
            place=error.place,
            cure="Restore its bundle from git, or roll back to a champion that loads.",
        ) from error


def _clean_release(model: Model, space: Workspace) -> ReleaseFile:
    path = space.release(model.name)
    path.parent.mkdir(parents=True, exist_ok=True)
    git.refuse_uncommitted(path)
    return read_release(path, model=model.name)


def _record(
    space: Workspace, written: ReleaseFile, copies: list[Path], *, commit: bool, verb: str
) -> Promoted:
    champion = crowned(written.release)
    paths = [written.path, *copies]
    message = (
        f"{verb} {written.release.model} version {champion.version}\n\n"
        f"{champion.reason}\n\nBundle {champion.bundle}"
    )
    names = " ".join(str(path.relative_to(space.root)) for path in paths)
    line = f'git add {names} && git commit -m "{message.splitlines()[0]}"'
    done = git.commit(space.root, paths, message) if commit else None
    return Promoted(champion, written, done, line)


def _decision(reason: str) -> Decision:
    return Decision(getuser(), datetime.now(UTC).isoformat(timespec="seconds"), reason)
