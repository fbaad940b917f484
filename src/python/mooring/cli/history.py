"""`mooring history`: every champion of a model, read from the git log of its `release.json`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic import ValidationError

from mooring.bundle.release import Release, Released
from mooring.cli import git
from mooring.cli.console import Output
from mooring.cli.errors import NoHistory
from mooring.cli.workspace import Workspace


@dataclass(frozen=True)
class Crowning:
    """One commit that changed the champion; None is no champion, or a release nobody can read."""

    commit: str
    by: str
    at: str
    from_version: int | None
    to_version: int | None
    from_bundle: str | None
    to_bundle: str | None
    reason: str


def history_of(space: Workspace, model: str) -> list[Crowning]:
    """Changes of the champion as this branch saw them, newest first. Raises NoHistory."""
    path = space.release(model)
    if not git.is_work_tree(space.root):
        raise _none("it lies in no git work tree", space.root, "Run it in the checkout.")
    commits = git.log(space.root, path)
    if not commits:
        cure = f"Commit it: git add {path.relative_to(space.root)} && git commit"
        if not path.exists():
            cure = f"Run `mooring promote {model} --commit`."
        raise _none("no release of it was ever committed", path, cure)
    return list(_crownings(space.root, path, commits))[::-1]


def show_history(out: Output, model: str, crownings: list[Crowning]) -> None:
    """Print a table for people, one document for scripts."""
    header = ["when", "who", "version", "bundle", "reason", "commit"]
    out.rows(f"Champions of {model}", header, [_row(crowning) for crowning in crownings])
    if out.as_json:
        out.json({"model": model, "history": [asdict(crowning) for crowning in crownings]})


def _crownings(root: Path, path: Path, commits: list[git.Commit]) -> Iterator[Crowning]:
    """Oldest first; commits that leave the champion as it was are passed over."""
    before: Released | None = None
    for commit in reversed(commits):
        after, reason = _champion(git.content_at(root, commit.id, path), commit.subject)
        if after != before:
            yield Crowning(
                commit=commit.id,
                by=commit.author,
                at=commit.at,
                from_version=before.version if before else None,
                to_version=after.version if after else None,
                from_bundle=before.bundle if before else None,
                to_bundle=after.bundle if after else None,
                reason=reason,
            )
        before = after


def _champion(content: str | None, subject: str) -> tuple[Released | None, str]:
    """The champion after a commit and why it is; the commit's subject where no release says it."""
    if content is None:
        return None, subject
    try:
        champion = Release.model_validate_json(content).champion
    except ValidationError:
        return None, f"{subject} (this release cannot be read)"
    return (champion, champion.reason) if champion else (None, subject)


def _row(crowning: Crowning) -> list[str]:
    return [
        crowning.at,
        crowning.by,
        f"{_shown(crowning.from_version)} → {_shown(crowning.to_version)}",
        _shown(crowning.to_bundle)[:16],
        crowning.reason,
        crowning.commit[:12],
    ]


def _shown(value: int | str | None) -> str:
    return "–" if value is None else str(value)


def _none(problem: str, place: Path, cure: str) -> NoHistory:
    return NoHistory(problem, place=str(place), cure=cure)
