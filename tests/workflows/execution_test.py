"""Every step of every workflow, executed: what it runs is what the transcripts say.

They are golden files. After a change that is meant, `./pants run tests/workflows:transcribe`
writes them anew.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.workflows.fixture import git
from tests.workflows.scenarios import SCENARIOS, Scenario, file_of, play, transcript
from tests.workflows.simulation import Result, Simulation
from tests.workflows.standin import CANDIDATE, IMAGES, digest_of
from tests.workflows.workflow import read_repository

Played = Mapping[str, tuple[Simulation, Result]]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    return {s.title: play(s, tmp_path_factory.mktemp("run")) for s in SCENARIOS}


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.title)
def test_a_workflow_runs_what_its_transcript_says(scenario: Scenario, played: Played) -> None:
    simulation, result = played[scenario.title]
    assert result.result == scenario.ends, "\n".join(simulation.transcript)
    golden = file_of(scenario).read_text(encoding="utf-8")
    assert transcript(scenario, simulation, result) == golden, "see transcribe.py"


def test_every_run_step_was_executed(played: Played) -> None:
    steps = {step.where for step in read_repository(Path.cwd()).steps if step.run}
    executed: set[str] = set()
    for simulation, _ in played.values():
        executed |= simulation.executed
    assert steps - executed == set()


def test_no_transcript_is_left_of_a_scenario_that_is_gone() -> None:
    known = {file_of(scenario) for scenario in SCENARIOS}
    assert set(Path("tests/workflows/transcripts").iterdir()) == known


def test_the_digests_that_were_packaged_are_those_that_reach_production(played: Played) -> None:
    simulation, _ = played["a push to main"]
    text = "\n".join(simulation.transcript)
    built, production = text.partition("job production")[::2]
    for target in IMAGES:
        assert f"@{digest_of(target)}" in production
        assert f"subject-digest={digest_of(target)}" in built
    assert ":latest" not in text


def test_a_proposal_changes_nothing_but_its_model(played: Played) -> None:
    simulation, _ = played["a drift alert"]
    origin = simulation.origin.path
    branch = f"retrain/alpha-{CANDIDATE[:16]}"
    assert git(origin, "diff", "--name-only", "main", branch) == "models/alpha/release.json"
    assert git(origin, "log", "--format=%an", "-1", branch) == "github-actions[bot]"


def test_what_was_published_is_proposed_for_the_record(played: Played) -> None:
    origin = played["a push to main"][0].origin.path
    branch = git(origin, "branch", "--list", "record/*", "--format=%(refname:short)")
    lock = json.loads(git(origin, "show", f"{branch}:deploy/images.lock.json"))
    digests = {image["digest"] for image in lock["images"].values()}
    assert digests == {digest_of(target) for target in IMAGES}


def test_a_pull_request_runs_nothing_that_needs_a_token(played: Played) -> None:
    for title in ("a pull request", "a document"):
        text = "\n".join(played[title][0].transcript)
        for word in ("$ gh ", "login", "cache/save", "publish /", "$ kubectl"):
            assert word not in text, title


def test_what_failed_on_the_way_stops_what_comes_after_it(played: Played) -> None:
    def ran(title: str, word: str) -> bool:
        return any(word in line for line in played[title][0].transcript)

    assert not ran("tests that fail", "images publish")
    assert not ran("a tag", "kubectl")
    assert not ran("an image of somebody else's", "kubectl")
    assert not ran("a payload that is no model", "./mooring")
    assert not ran("a drift alert whose proposal is open already", "gh pr create")
    assert not ran("a rollout that does not come up", "deploy rollback")
    assert ran("a rollout that predicts wrong", "deploy rollback --environment staging")
    assert not ran("a rollout that predicts wrong", "--environment production")
