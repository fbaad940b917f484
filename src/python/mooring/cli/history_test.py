"""Histories are read from real repositories, written the way promotion writes them."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from mooring.bundle.release import Release, Released, Withdrawn
from mooring.cli import git
from mooring.cli.app import app
from mooring.cli.workspace import Workspace

MODEL = "flight_delay"


def history(space: Workspace, *options: str, model: str = MODEL) -> Result:
    return CliRunner().invoke(app, ["--workspace", str(space.root), "history", model, *options])


def told(space: Workspace) -> list[dict[str, Any]]:
    document = json.loads(history(space, "--json").stdout)
    assert document["model"] == MODEL
    return list(document["history"])


def run(space: Workspace, *arguments: str) -> None:
    subprocess.run(["git", "-C", space.root, *arguments], check=True, capture_output=True)


def crown(space: Workspace, version: int, reason: str = "better", **fields: Any) -> str:
    """Commit a release whose champion is `version`; the commit's id."""
    return record(space, Release(model=MODEL, champion=entry(version, reason), **fields).to_json())


def entry(version: int, reason: str) -> Released:
    return Released(
        version=version,
        bundle=f"{version:064x}",
        location=f"bundles/{version:016x}",
        bytes=1,
        runtime="onnx",
        blessings={"evaluation": "e" * 64, "serving": "5" * 64},
        promoted_at="2026-01-01T00:00:00+00:00",
        promoted_by="somebody",
        reason=reason,
    )


def challenge(space: Workspace, version: int | None, withdrawn: tuple[Withdrawn, ...] = ()) -> None:
    """Commit the release of champion 1 with a challenger, or without one."""
    crowned = entry(1, "better")
    challenger = None if version is None else entry(version, "learned more")
    release = Release(model=MODEL, champion=crowned, challenger=challenger, withdrawn=withdrawn)
    record(space, release.to_json())


def record(space: Workspace, content: bytes, subject: str = "Change the release") -> str:
    path = space.release(MODEL)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return git.commit(space.root, [path], subject)


@pytest.fixture
def space(tmp_path: Path) -> Workspace:
    """An empty repository whose commits are Ada's."""
    space = Workspace(tmp_path / "checkout", tmp_path / "home")
    git.init(space.root)
    run(space, "config", "user.name", "Ada [/Lovelace]")
    run(space, "config", "user.email", "ada@localhost")
    return space


def test_each_champion_is_told_newest_first(space: Workspace) -> None:
    commits = [crown(space, 1, "the first"), crown(space, 2), crown(space, 1, "rolled back")]

    found = told(space)

    assert [crowning["commit"] for crowning in found] == commits[::-1]
    steps = [(crowning["from_version"], crowning["to_version"]) for crowning in found]
    assert steps == [(2, 1), (1, 2), (None, 1)]
    assert [crowning["reason"] for crowning in found] == ["rolled back", "better", "the first"]
    assert (found[0]["from_bundle"], found[0]["to_bundle"]) == (f"{2:064x}", f"{1:064x}")
    assert {crowning["by"] for crowning in found} == {"Ada [/Lovelace]"}
    assert all(crowning["at"][:2] == "20" for crowning in found)


def test_people_get_a_table(space: Workspace) -> None:
    crown(space, 1, "the [/first]")

    shown = "".join(history(space).output.split())

    assert history(space).exit_code == 0
    assert "Championsandchallengersofflight_delay" in shown
    assert "[/first]" in shown
    assert "–→1" in shown
    assert "…" not in shown


@pytest.mark.parametrize("columns", [80, 100])
def test_the_table_fits_the_screen_and_keeps_digests_whole(space: Workspace, columns: int) -> None:
    commit = crown(space, 1, "because it is better in the evening and no worse in the morning")
    command = ["--workspace", str(space.root), "history", MODEL]
    shown = CliRunner().invoke(app, command, env={"COLUMNS": str(columns)}).stdout.splitlines()
    assert max(map(len, shown)) <= columns
    for whole in (
        f"{1:064x}"[:16],
        "evaluation eeeeeeee",
        "serving 55555555",
        "– → 1",
        commit[:12],
    ):
        assert any(whole in line for line in shown)


def test_challengers_and_withdrawals_are_told_with_their_evidence(space: Workspace) -> None:
    crown(space, 1)
    challenge(space, 2)
    gone = Withdrawn(
        version=2, bundle=f"{2:064x}", withdrawn_at="now", withdrawn_by="ada", reason="slower"
    )
    challenge(space, None, (gone,))

    withdrawn, challenged, crowned = told(space)

    assert (challenged["role"], challenged["from_version"], challenged["to_version"]) == (
        "challenger", None, 2,
    )  # fmt: skip
    assert challenged["blessings"] == {"evaluation": "e" * 64, "serving": "5" * 64}
    assert challenged["reason"] == "learned more"
    assert (withdrawn["role"], withdrawn["to_version"], withdrawn["reason"]) == (
        "challenger", None, "slower",
    )  # fmt: skip
    assert crowned["role"] == "champion"


def test_a_challenger_that_wins_is_one_step(space: Workspace) -> None:
    crown(space, 1)
    challenge(space, 2)
    crown(space, 2)

    steps = [(step["role"], step["from_version"], step["to_version"]) for step in told(space)]

    assert steps == [("champion", 1, 2), ("challenger", None, 2), ("champion", None, 1)]


def test_a_commit_that_leaves_the_champion_is_passed_over(space: Workspace) -> None:
    crown(space, 1)
    crown(space, 1, last_version=2)

    assert len(told(space)) == 1


def test_a_merge_is_one_step_of_the_branch_it_went_into(space: Workspace) -> None:
    crown(space, 1)
    run(space, "switch", "--quiet", "-c", "trial")
    crown(space, 2)
    crown(space, 3)
    run(space, "switch", "--quiet", "-")
    run(space, "merge", "--quiet", "--no-ff", "-m", "Merge the trial", "trial")

    steps = [(crowning["from_version"], crowning["to_version"]) for crowning in told(space)]

    assert steps == [(1, 3), (None, 1)]


def test_a_release_that_nobody_can_read_hides_no_other(space: Workspace) -> None:
    crown(space, 1)
    record(space, b"<<<<<<< HEAD", "Leave a conflict behind")
    crown(space, 2)

    steps = [(crowning["from_version"], crowning["to_version"]) for crowning in told(space)]

    assert steps == [(None, 2), (1, None), (None, 1)]
    assert "Leave a conflict behind (this release cannot be read)" in told(space)[1]["reason"]


def test_a_removed_release_is_told_by_its_commit(space: Workspace) -> None:
    crown(space, 1)
    run(space, "rm", "--quiet", str(space.release(MODEL)))
    run(space, "commit", "--quiet", "-m", "Retire the model")

    assert (told(space)[0]["to_version"], told(space)[0]["reason"]) == (None, "Retire the model")


def test_a_checkout_below_the_root_of_its_repository_has_its_history(space: Workspace) -> None:
    below = Workspace(space.root / "below", space.home)
    below.root.mkdir()
    crown(below, 1)

    assert len(told(below)) == 1


def test_without_a_release_the_error_says_how_to_promote(space: Workspace) -> None:
    done = history(space)

    assert done.exit_code == 1
    assert "no release of it was ever committed" in done.output
    assert "mooring promote flight_delay" in done.output


def test_a_release_that_was_never_committed_is_to_be_committed(space: Workspace) -> None:
    crown(Workspace(space.root / "elsewhere", space.home), 1)
    space.release(MODEL).parent.mkdir(parents=True)
    space.release(MODEL).write_bytes(Release(model=MODEL).to_json())

    assert "git add models/flight_delay/release.json" in history(space).output


def test_without_git_the_error_says_so(tmp_path: Path) -> None:
    done = history(Workspace(tmp_path, tmp_path))

    assert done.exit_code == 1
    assert "it lies in no git work tree" in done.output


def test_an_unknown_model_is_named(space: Workspace) -> None:
    assert "Did you mean flight_delay?" in history(space, model="flight_dely").output
