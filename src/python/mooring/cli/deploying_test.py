"""`mooring deploy` as deploy.yml calls it, with a kubectl that has a cluster of its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from mooring.cli.app import app
from mooring.delivery.rollout.testing.kubectl import FakeCluster, fake_cluster

OLD, NEW = (f"ghcr.io/o/mooring/gateway@sha256:{digit * 64}" for digit in "01")
ROLLOUT = ["rollout", "--environment", "staging", "--target", "kubernetes"]
ROLLBACK = ["rollback", "--environment", "staging", "--target", "kubernetes"]


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeCluster:
    made = fake_cluster(tmp_path / "cluster", {"gateway": OLD})
    for name, value in made.environ.items():
        monkeypatch.setenv(name, value)
    return made


def deploy(home: Path, *arguments: str) -> Result:
    where = ["--workspace", str(home), "--home", str(home)]
    return CliRunner().invoke(app, [*where, "deploy", *arguments])


def test_a_rollout_is_made_and_taken_back_by_two_commands(
    cluster: FakeCluster, tmp_path: Path
) -> None:
    made = deploy(tmp_path, *ROLLOUT, "--image", f"gateway={NEW}", "--json")
    assert made.exit_code == 0, made.output
    assert json.loads(made.stdout) == {"environment": "staging", "changed": {"gateway": NEW}}
    assert cluster.images() == {"gateway": NEW}

    undone = deploy(tmp_path, *ROLLBACK, "--json")
    assert json.loads(undone.stdout) == {"environment": "staging", "undone": {"gateway": OLD}}
    assert cluster.images() == {"gateway": OLD}


def test_a_rollout_that_does_not_come_up_exits_with_1_and_is_undone(
    cluster: FakeCluster, tmp_path: Path
) -> None:
    cluster.break_images(NEW)
    made = deploy(tmp_path, *ROLLOUT, "--image", f"gateway={NEW}")
    assert made.exit_code == 1
    assert "was undone" in made.output
    assert cluster.images() == {"gateway": OLD}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(
            [*ROLLOUT, "--image", "gateway=ghcr.io/o/mooring/gateway:latest"],
            "it is no reference by digest",
            id="a tag is refused",
        ),
        pytest.param(ROLLBACK, "no rollout is on record", id="there is nothing to take back"),
        pytest.param(
            ["rollback", "--environment", "../staging"],
            "no name of an environment",
            id="an environment is a word",
        ),
        pytest.param(
            ["verify", "--url", "http://127.0.0.1:1", "--model", "tumour"],
            "there is no such model",
            id="a model that is unknown",
        ),
        pytest.param(
            ["verify", "--url", "http://127.0.0.1:1"],
            "no model is released",
            id="a checkout without a release",
        ),
    ],
)
def test_what_cannot_be_done_exits_with_1_and_changes_nothing(
    arguments: list[str], said: str, cluster: FakeCluster, tmp_path: Path
) -> None:
    done = deploy(tmp_path, *arguments)
    assert done.exit_code == 1
    assert said in done.output
    assert cluster.calls() == []
