"""`mooring history`: every champion and challenger of a model, read from the git log of its
`release.json`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic import ValidationError

from mooring.bundle.release import Release, Released, Role
from mooring.cli import git
from mooring.cli.console import Output
from mooring.cli.errors import NoHistory
from mooring.cli.workspace import Workspace

ROLES: tuple[Role, ...] = ("champion", "challenger")


@dataclass(frozen=True)
class Step:
    """One commit that changed who holds a role; None is nobody, or a release nobody can read.

    `blessings` are the digests of the evidence on `to_bundle`, by kind.
    """

    role: Role
    commit: str
    by: str
    at: str
    from_version: int | None
    to_version: int | None
    from_bundle: str | None
    to_bundle: str | None
    blessings: dict[str, str]
    reason: str


def history_of(space: Workspace, model: str) -> list[Step]:
    """Changes of the roles as this branch saw them, newest first. Raises NoHistory."""
    path = space.release(model)
    if not git.is_work_tree(space.root):
        raise _none("it lies in no git work tree", space.root, "Run it in the checkout.")
    commits = git.log(space.root, path)
    if not commits:
        cure = f"Commit it: git add {path.relative_to(space.root)} && git commit"
        if not path.exists():
            cure = f"Run `mooring promote {model} --commit`."
        raise _none("no release of it was ever committed", path, cure)
    return list(_steps(space.root, path, commits))[::-1]


def show_history(out: Output, model: str, steps: list[Step]) -> None:
    """Print a table for people, one document for scripts."""
    header = ["when, who, commit", "what", "bundle and evidence", "reason"]
    out.rows(f"Champions and challengers of {model}", header, [_row(step) for step in steps])
    if out.as_json:
        out.json({"model": model, "history": [asdict(step) for step in steps]})


def _steps(root: Path, path: Path, commits: list[git.Commit]) -> Iterator[Step]:
    """Oldest first; commits that leave both roles as they were are passed over."""
    before: Release | None = None
    for commit in reversed(commits):
        after, reason = _release(git.content_at(root, commit.id, path), commit.subject)
        # The champion last: the newest step comes first.
        for role in reversed(ROLES):
            old, new = _holder(before, role), _holder(after, role)
            if old != new and not (new is None and _won(old, after)):
                yield _step(role, commit, old, new, _reason(after, old, new, reason))
        before = after


def _step(
    role: Role, commit: git.Commit, old: Released | None, new: Released | None, reason: str
) -> Step:
    return Step(
        role=role,
        commit=commit.id,
        by=commit.author,
        at=commit.at,
        from_version=old.version if old else None,
        to_version=new.version if new else None,
        from_bundle=old.bundle if old else None,
        to_bundle=new.bundle if new else None,
        blessings=new.blessings if new else {},
        reason=reason,
    )


def _holder(release: Release | None, role: Role) -> Released | None:
    if release is None:
        return None
    return release.champion if role == "champion" else release.challenger


def _won(challenger: Released | None, release: Release | None) -> bool:
    """Whether the challenger left because it is champion now: that is the step that is told."""
    champion = release.champion if release else None
    return challenger is not None and champion is not None and champion.bundle == challenger.bundle


def _release(content: str | None, subject: str) -> tuple[Release | None, str]:
    """The release after a commit, and the commit's subject for where no release says why."""
    if content is None:
        return None, subject
    try:
        return Release.model_validate_json(content), subject
    except ValidationError:
        return None, f"{subject} (this release cannot be read)"


def _reason(after: Release | None, old: Released | None, new: Released | None, subject: str) -> str:
    if new is not None:
        return new.reason
    gone = [w for w in (after.withdrawn if after else ()) if old and w.bundle == old.bundle]
    return gone[0].reason if gone else subject


def _row(step: Step) -> list[str]:
    evidence = [f"{kind} {digest[:8]}" for kind, digest in sorted(step.blessings.items())]
    return [
        "\n".join([*step.at.split("T"), step.by, step.commit[:12]]),
        f"{step.role}\n{_shown(step.from_version)} → {_shown(step.to_version)}",
        "\n".join([_shown(step.to_bundle)[:16], *evidence]),
        step.reason,
    ]


def _shown(value: int | str | None) -> str:
    return "–" if value is None else str(value)


def _none(problem: str, place: Path, cure: str) -> NoHistory:
    return NoHistory(problem, place=str(place), cure=cure)
