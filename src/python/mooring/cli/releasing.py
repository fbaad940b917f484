"""From evidence to production: the verbs `promote`, `withdraw` and `rollback`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from getpass import getuser
from pathlib import Path

from mooring.blessing.evidence import blessing_path
from mooring.blessing.promotion import (
    Decision,
    crowned,
    gather_blessings,
    promote,
    require_compatible,
    roll_back,
    withdraw,
)
from mooring.bundle.atomic import write_file
from mooring.bundle.errors import BundleError, ReleaseError
from mooring.bundle.folder_store import FolderStore
from mooring.bundle.location import is_url
from mooring.bundle.open import Bundle
from mooring.bundle.release import Release, Released, ReleaseFile, Role, read_release, write_release
from mooring.bundle.signature import check_signature, policy_from, signature_beside
from mooring.bundle.store import BundleStore, store_at
from mooring.cli import git
from mooring.cli.console import Output
from mooring.cli.errors import ChampionUnusable
from mooring.cli.making import candidate_of
from mooring.cli.registry import Model
from mooring.cli.released import open_released
from mooring.cli.workspace import Workspace
from mooring.scaffold.packaged import packaged


@dataclass(frozen=True)
class Promoted:
    """The champion now, the release that says so, and the commit where one was made."""

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
    role: Role = "champion",
    clean: bool = True,
) -> Promoted:
    """Give a blessed bundle the role: copy it and its evidence beside the release, or the bundle
    into `store` (a folder or URL), then swap, and have the BUILD file package the champion.

    Bundle and evidence are signed as the environment's policy asks, or nothing is promoted. A crash
    before the swap leaves a copied bundle that no release refers to, nothing else.

    `clean` refuses a release with changes that nobody committed.
    """
    policy = policy_from(os.environ)
    candidate = candidate_of(model, space, bundle)
    check_signature(candidate, policy)
    before = _release(model, space, clean)
    _check_contract(model, space, before.release, candidate)
    blessings = gather_blessings(space.blessings, candidate, model.gate, before.release, policy)
    folder = space.model(model.name)
    place = _place(candidate, folder, space, store)
    decision = _decision(reason)
    release = promote(before.release, candidate, place.location, blessings, decision, role)
    place.store.put(candidate)
    copies = [*place.committed, *_copy_evidence(model, space, candidate)]
    said = "Promote" if role == "champion" else "Let challenge"
    told = _Told(said, _holder(release, role), reason)
    written = write_release(before, release)
    return _record(space, written, [*copies, *_package(model, space, written)], told, commit=commit)


def _copy_evidence(model: Model, space: Workspace, bundle: Bundle) -> list[Path]:
    """Put the evidence beside the release, with its signatures where there are any."""
    copies = []
    for kind in sorted(model.gate.required_blessings):
        path = blessing_path(space.blessings, bundle.id, kind)
        for source in (path, signature_beside(path)):
            if source.exists():
                copies.append(space.model(model.name) / "blessings" / source.name)
                write_file(copies[-1], source.read_bytes())
    return copies


def _package(model: Model, space: Workspace, written: ReleaseFile) -> list[Path]:
    """Have the model's BUILD file package the champion, by the libraries of its runtime."""
    build = space.model(model.name) / "BUILD"
    if not build.exists():  # a workspace that Pants does not build
        return []
    text = build.read_text()
    told = packaged(text, crowned(written.release).runtime)
    if told == text:
        return []
    write_file(build, told.encode())
    return [build]


def withdraw_model(model: Model, space: Workspace, *, reason: str, commit: bool) -> Promoted:
    """Take the challenger back; its bundle stays where it lies."""
    before = _clean_release(model, space)
    release = withdraw(before.release, _decision(reason))
    told = _Told("Withdraw", _holder(before.release, "challenger"), reason)
    return _record(space, write_release(before, release), [], told, commit=commit)


def crown_challenger(
    model: Model, space: Workspace, challenger: Released, *, reason: str, commit: bool
) -> None:
    """Make the challenger champion after its rollout, on the evidence beside the release.

    Once it is champion there is nothing to do. Raises ReleaseError when the challenger is another.
    """
    before = _release(model, space, commit)
    if before.release.champion is not None and before.release.champion.bundle == challenger.bundle:
        return
    _refuse_another(before, challenger)
    policy = policy_from(os.environ)
    bundle = open_released(model, space, challenger)
    check_signature(bundle, policy)
    _check_contract(model, space, before.release, bundle)
    evidence = space.model(model.name) / "blessings"
    blessings = gather_blessings(evidence, bundle, model.gate, before.release, policy)
    decision = _decision(reason)
    release = promote(before.release, bundle, challenger.location, blessings, decision)
    written = write_release(before, release)
    told = _Told("Promote", crowned(release), reason)
    _record(space, written, _package(model, space, written), told, commit=commit)


def withdraw_challenger(
    model: Model, space: Workspace, challenger: Released, *, reason: str, commit: bool
) -> None:
    """Take this challenger back after its rollout; once it is gone there is nothing to do."""
    before = _release(model, space, commit)
    if before.release.challenger is None:
        return
    _refuse_another(before, challenger)
    written = write_release(before, withdraw(before.release, _decision(reason)))
    _record(space, written, [], _Told("Withdraw", challenger, reason), commit=commit)


def _release(model: Model, space: Workspace, clean: bool) -> ReleaseFile:
    """As git has it, which a change that is to be a commit asks for, or as it lies there."""
    if clean:
        return _clean_release(model, space)
    return read_release(space.release(model.name), model=model.name)


def _refuse_another(before: ReleaseFile, challenger: Released) -> None:
    held = before.release.challenger
    if held is None or held.bundle != challenger.bundle:
        raise ReleaseError(
            "its challenger is another one by now",
            place=str(before.path),
            cure="The rollout of the other begins at the next look.",
        )


def rollback_model(
    model: Model, space: Workspace, *, version: int | None, reason: str, commit: bool
) -> Promoted:
    """Bring a former champion back under its old version; its bundle is verified first."""
    before = _clean_release(model, space)
    release = roll_back(before.release, _decision(reason), version)
    restored = crowned(release)
    open_released(model, space, restored)
    told = _Told("Roll back to", restored, reason)
    written = write_release(before, release)
    return _record(space, written, _package(model, space, written), told, commit=commit)


def show_release(out: Output, done: Promoted, mirrored: Mapping[str, str]) -> None:
    """Say who holds which role now, under which MLflow versions, and how to record it."""
    held: dict[str, object] = {"champion": done.champion.version, "bundle": done.champion.bundle}
    if (challenger := done.release.release.challenger) is not None:
        held |= {"challenger": challenger.version, "its bundle": challenger.bundle}
    if mirrored:
        held["MLflow"] = dict(mirrored)
    out.result(held | ({"commit": done.commit} if done.commit else {"to record it": done.git_line}))


def _check_contract(model: Model, space: Workspace, release: Release, candidate: Bundle) -> None:
    """Refuse a contract that breaks the champion's clients. Raises ChampionUnusable when nobody can
    say what they rely on.
    """
    champion = release.champion
    if champion is None or candidate.manifest.model != release.model:
        return
    try:
        present = open_released(model, space, champion)
    except BundleError as error:
        raise ChampionUnusable(
            f"the champion's contract cannot be read: {error.problem}",
            place=error.place,
            cure="Restore its bundle from git, or roll back to a champion that loads.",
        ) from error
    require_compatible(release, present.contract, candidate.contract)


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
    """The release as git has it. Read before git is asked: what changes between the two is either
    seen as a change that nobody committed, or by the swap.
    """
    path = space.release(model.name)
    path.parent.mkdir(parents=True, exist_ok=True)
    before = read_release(path, model=model.name)
    git.refuse_uncommitted(path)
    return before


@dataclass(frozen=True)
class _Told:
    """What a commit says: the verb, whom it is about, and why."""

    verb: str
    about: Released
    reason: str


def _holder(release: Release, role: Role) -> Released:
    held = release.champion if role == "champion" else release.challenger
    return held or crowned(release)


def _record(
    space: Workspace, written: ReleaseFile, copies: list[Path], told: _Told, *, commit: bool
) -> Promoted:
    paths = [written.path, *copies]
    subject = f"{told.verb} {written.release.model} version {told.about.version}"
    message = f"{subject}\n\n{told.reason}\n\nBundle {told.about.bundle}"
    names = " ".join(str(path.relative_to(space.root)) for path in paths)
    line = f'git add {names} && git commit -m "{subject}"'
    done = git.commit(space.root, paths, message) if commit else None
    return Promoted(crowned(written.release), written, done, line)


def _decision(reason: str) -> Decision:
    return Decision(getuser(), datetime.now(UTC).isoformat(timespec="seconds"), reason)
