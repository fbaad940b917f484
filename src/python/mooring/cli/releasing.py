"""From evidence to production: the verbs `promote` and `rollback`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from getpass import getuser
from pathlib import Path

from mooring.blessing.evidence import blessing_path
from mooring.blessing.promotion import Decision, crowned, gather_blessings, promote, roll_back
from mooring.bundle.atomic import write_file
from mooring.bundle.folder_store import FolderStore
from mooring.bundle.location import is_url
from mooring.bundle.open import Bundle
from mooring.bundle.release import Released, ReleaseFile, read_release, write_release
from mooring.bundle.store import BundleStore, open_resolved, store_at
from mooring.cli import git
from mooring.cli.making import candidate_of
from mooring.cli.registry import Model
from mooring.cli.workspace import Workspace


@dataclass(frozen=True)
class Promoted:
    """The new champion, the release that says so, and the commit where one was made."""

    champion: Released
    release: ReleaseFile
    commit: str | None
    git_line: str


def promote_model(
    model: Model,
    space: Workspace,
    *,
    bundle: str | None,
    reason: str,
    commit: bool,
    store: str | None = None,
) -> Promoted:
    """Make a blessed bundle the champion: copy it and its evidence beside the release, or the
    bundle into `store` (a folder or URL), then swap.

    A crash before the last step leaves a copied bundle that no release refers to, nothing else.
    """
    candidate = candidate_of(model, space, bundle)
    before = _clean_release(model, space)
    blessings = gather_blessings(space.blessings, candidate, model.gate, before.release)
    folder = space.model(model.name)
    place = _place(candidate, folder, space, store)
    release = promote(before.release, candidate, place.location, blessings, _decision(reason))
    place.store.put(candidate)
    copies = list(place.committed)
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
    open_resolved(
        restored.location,
        beside=space.model(model.name),
        cache=space.cache,
        expect=restored.bundle,
    )
    return _record(space, write_release(before, release), [], commit=commit, verb="Roll back to")


@dataclass(frozen=True)
class _Place:
    """Where a promoted bundle is kept, how the release says so, and what is to be committed."""

    store: BundleStore
    location: str
    committed: list[Path]


def _place(bundle: Bundle, folder: Path, space: Workspace, store: str | None) -> _Place:
    if store is None:
        beside = FolderStore(folder / "bundles")
        path = Path(beside.location(bundle.id))
        return _Place(beside, str(path.relative_to(folder)), [path])
    chosen = store_at(store if is_url(store) else str(Path(store).absolute()), space.cache)
    return _Place(chosen, chosen.location(bundle.id), [])


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
