"""The few things that promotion and its history ask of git."""

from __future__ import annotations

import subprocess
import tarfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from mooring.cli.errors import GitRefused


@dataclass(frozen=True)
class Commit:
    """Who changed something, when (ISO 8601), and the first line of why."""

    id: str
    author: str
    at: str
    subject: str


def is_work_tree(folder: Path) -> bool:
    """Whether `folder` lies in a git work tree."""
    return _git(folder, "rev-parse", "--is-inside-work-tree").returncode == 0


def refuse_uncommitted(file: Path) -> None:
    """Raise GitRefused when the file has changes that are not committed.

    Where no folder above it is git's, git is not asked: an image has none.
    """
    folder = file.parent
    if not _below_git(folder) or not is_work_tree(folder):
        return
    status = _git(folder, "status", "--porcelain", "--", file.name)
    if status.stdout.strip():
        raise GitRefused(
            "it has uncommitted changes",
            place=str(file),
            cure="Commit or undo them; a release is changed from a clean state.",
        )


def _below_git(folder: Path) -> bool:
    return any((above / ".git").exists() for above in (folder, *folder.absolute().parents))


def uncommitted(folder: Path) -> list[str]:
    """Files below `folder` that differ from the last commit, new ones included, ignored ones not.

    Raises GitRefused where there is no git to ask.
    """
    changed = _require(folder, "diff", "--name-only", "--no-renames", "--relative", "-z", "HEAD")
    new = _require(folder, "ls-files", "--others", "--exclude-standard", "-z")
    return sorted({path for path in f"{changed}\0{new}".split("\0") if path})


def init(folder: Path) -> None:
    """Make `folder` a repository if it is none."""
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / ".git").exists():
        _require(folder, "init", "--quiet")


def commit(folder: Path, paths: list[Path], message: str) -> str:
    """Commit exactly `paths` and return the new commit's id. Raises GitRefused."""
    names = [str(path) for path in paths]
    _require(folder, "add", "--force", "--", *names)
    _require(folder, *_identity(folder), "commit", "--quiet", "-m", message, "--", *names)
    return _require(folder, "rev-parse", "HEAD")


def log(folder: Path, path: Path) -> list[Commit]:
    """Commits that changed `path`, newest first, as the branch saw them: a merge is one change."""
    if _git(folder, "rev-parse", "--verify", "--quiet", "HEAD").returncode != 0:
        return []
    told = _require(
        folder, "log", "--first-parent", "--no-show-signature", "--format=%H%x00%an%x00%aI%x00%s",
        "--", str(path),
    )  # fmt: skip
    return [Commit(*line.split("\0")) for line in told.split("\n") if line]


def content_at(folder: Path, commit: str, path: Path) -> str | None:
    """What `path`, below `folder`, held after a commit; None where it was not there."""
    shown = _git(folder, "show", f"{commit}:./{path.relative_to(folder).as_posix()}")
    return shown.stdout if shown.returncode == 0 else None


def patches(folder: Path, pathspec: str) -> str:
    """Every change to the files of a pathspec below `folder`, in all branches; '' without git."""
    if not is_work_tree(folder):
        return ""
    asked = ["log", "--all", "-m", "-p", "--format=", "--no-ext-diff", "--no-textconv"]
    return _require(folder, *asked, "--", pathspec)


def added_in(folder: Path, path: Path) -> str | None:
    """The commit that added `path` last; None where it never was committed."""
    found = _git(folder, "log", "-1", "--diff-filter=A", "--format=%H", "--", str(path))
    return found.stdout.strip() or None if found.returncode == 0 else None


def touching(folder: Path, paths: Iterable[str], start: str, most: int) -> list[str]:
    """At most `most` commits that changed any of `paths`, from `start` backwards."""
    found = _git(folder, "log", f"-{most}", "--format=%H", start, "--", *paths)
    return found.stdout.split() if found.returncode == 0 else []


def unpack(folder: Path, commit: str, paths: Iterable[str], to: Path) -> None:
    """Write what `paths` were in a commit below `to`, which is made. Raises GitRefused."""
    to.mkdir(parents=True)
    held = [
        path
        for path in paths
        if _git(folder, "cat-file", "-e", f"{commit}:./{path}").returncode == 0
    ]
    if not held:
        return
    archive = to / "commit.tar"
    _require(folder, "archive", "--format=tar", f"--output={archive}", commit, *held)
    with tarfile.open(archive) as tar:
        tar.extractall(to, filter="data")
    archive.unlink()


def _identity(folder: Path) -> list[str]:
    """A name for the author where git knows none, as on a fresh machine."""
    if _git(folder, "config", "user.email").returncode == 0:
        return []
    return ["-c", "user.name=mooring", "-c", "user.email=mooring@localhost"]


def _require(folder: Path, *arguments: str) -> str:
    done = _git(folder, *arguments)
    if done.returncode != 0:
        said = done.stderr.strip().splitlines()
        raise GitRefused(
            f"git {arguments[0]} failed: {said[-1] if said else 'no reason given'}",
            place=str(folder),
            cure="Mend it by hand and run the command again.",
        )
    return done.stdout.strip()


def _git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            ["git", "-C", str(folder), *arguments],
            capture_output=True,
            encoding="utf-8",
            errors="replace",  # an author of long ago may have written another encoding
            check=False,
        )
    except FileNotFoundError:
        raise GitRefused("git is not installed", place="PATH", cure="Install git.") from None
