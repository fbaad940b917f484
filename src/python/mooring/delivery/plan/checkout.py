"""What git says has changed: commits since the merge base, the work tree, and untracked files.

Renames are not detected: git's guess that a file is another one's heir would hide that the old
name is gone, and importers of the old name are what a plan must not miss.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable
from pathlib import Path

from mooring.delivery.plan.change import Change, ChangeSet, Status
from mooring.delivery.plan.errors import (
    GitFailed,
    NoMergeBase,
    NotACheckout,
    ShallowHistory,
    UnknownRevision,
)

_FETCH_ALL = (
    "Fetch the whole history: `fetch-depth: 0` in the checkout step, or git fetch --unshallow."
)
_NAMES = ("diff", "--name-only", "--no-renames", "--no-ext-diff", "-z")


def find_root(folder: Path) -> Path:
    """The root of the work tree around `folder`. Raises NotACheckout."""
    done = _git(folder, "rev-parse", "--show-toplevel")
    if done.returncode != 0:
        raise NotACheckout(
            "this is no git checkout",
            place=str(folder),
            cure="Run it in a clone: what has changed is git's to say.",
        )
    root = Path(done.stdout.rstrip("\n"))
    if not (root / "pants.toml").is_file():
        raise NotACheckout(
            "there is no pants.toml",
            place=str(root),
            cure="Run it in a checkout that Pants builds.",
        )
    return root


def changes_since(root: Path, revision: str) -> ChangeSet:
    """Every file that differs from the merge base of `revision` and HEAD, or did in a commit.

    A file that a commit changed and the work tree changed back counts as well, as it does for
    Pants. Raises UnknownRevision, ShallowHistory, NoMergeBase, GitFailed.
    """
    base = merge_base(root, revision)
    committed = _paths(root, *_NAMES, base, "HEAD")
    uncommitted = _paths(root, *_NAMES, "HEAD")
    untracked = _paths(root, "ls-files", "--others", "--exclude-standard", "-z")
    before = set(_paths(root, "ls-tree", "-r", "--name-only", "-z", base))
    paths = sorted({*committed, *uncommitted, *untracked})
    return ChangeSet(base, tuple(_changes(root, paths, before)))


def merge_base(root: Path, revision: str) -> str:
    """The commit at which this line of work left `revision`'s."""
    found = _git(
        root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"
    )
    if found.returncode != 0:
        raise _missing(root, revision)
    done = _git(root, "merge-base", found.stdout.strip(), "HEAD")
    if done.returncode == 0:
        return done.stdout.strip()
    if _is_shallow(root):
        raise ShallowHistory(
            "the clone ends before the merge base", place=revision, cure=_FETCH_ALL
        )
    raise NoMergeBase(
        "it has no commit in common with HEAD",
        place=revision,
        cure="Name a revision of the same history.",
    )


def _missing(root: Path, revision: str) -> UnknownRevision | ShallowHistory:
    if _is_shallow(root):
        return ShallowHistory(
            "the clone does not reach this revision", place=revision, cure=_FETCH_ALL
        )
    return UnknownRevision(
        "git knows no such commit",
        place=revision,
        cure="Name a commit, tag or branch of this repository, such as origin/main.",
    )


def _is_shallow(root: Path) -> bool:
    return _git(root, "rev-parse", "--is-shallow-repository").stdout.strip() == "true"


def _changes(root: Path, paths: Iterable[str], before: set[str]) -> Iterable[Change]:
    for path in paths:
        existed, exists = path in before, os.path.lexists(root / path)
        if existed or exists:
            yield Change(path, _status(existed, exists))


def _status(existed: bool, exists: bool) -> Status:
    if existed and exists:
        return "modified"
    return "added" if exists else "deleted"


def _paths(root: Path, *arguments: str) -> list[str]:
    done = _git(root, *arguments)
    if done.returncode != 0:
        said = done.stderr.strip().splitlines()
        raise GitFailed(
            f"git {arguments[0]} failed: {said[-1] if said else 'no reason given'}",
            place=str(root),
            cure="Mend the checkout and run it again.",
        )
    return [path for path in done.stdout.split("\0") if path]


def _git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            ["git", "-C", str(folder), *arguments],
            capture_output=True,
            encoding="utf-8",
            errors="surrogateescape",  # a file name may be any bytes
            check=False,
        )
    except FileNotFoundError:
        raise NotACheckout("git is not installed", place="PATH", cure="Install git.") from None
