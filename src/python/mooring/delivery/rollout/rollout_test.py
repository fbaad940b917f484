"""A rollout ends in one of two states: everything new, or everything as it was."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from mooring.delivery.rollout.errors import (
    KubectlMissing,
    NothingToChange,
    NothingToUndo,
    RolloutFailed,
    UndoFailed,
)
from mooring.delivery.rollout.kubernetes import Kubernetes, Running
from mooring.delivery.rollout.record import read_record
from mooring.delivery.rollout.reference import ImageReference
from mooring.delivery.rollout.rollout import roll_back, roll_out
from mooring.delivery.rollout.testing.kubectl import FakeCluster, fake_cluster


def image(name: str, digit: str) -> ImageReference:
    return ImageReference(name, f"ghcr.io/o/{name}", f"sha256:{digit * 64}")


OLD = [image("gateway", "0"), image("flight_delay", "0")]
NEW = [image("gateway", "1"), image("flight_delay", "1")]
BEFORE = {i.deployment: i.reference for i in OLD}
AFTER = {i.deployment: i.reference for i in NEW}


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeCluster:
    made = fake_cluster(tmp_path / "cluster", BEFORE)
    for name, value in made.environ.items():
        monkeypatch.setenv(name, value)
    return made


@pytest.fixture
def record(tmp_path: Path) -> Path:
    return tmp_path / "rollouts" / "staging.json"


def test_all_deployments_are_told_and_then_all_are_awaited(
    cluster: FakeCluster, record: Path
) -> None:
    steps = roll_out(Kubernetes(seconds=7), NEW, record)

    assert cluster.images() == AFTER
    assert [(s.deployment, s.before, s.after) for s in steps] == [
        (name, BEFORE[name], AFTER[name]) for name in BEFORE
    ]
    assert cluster.calls() == [
        f"set image deployment/gateway gateway={AFTER['gateway']}",
        f"set image deployment/flight-delay flight-delay={AFTER['flight-delay']}",
        "rollout status deployment/gateway --timeout=7s",
        "rollout status deployment/flight-delay --timeout=7s",
    ]


def test_what_does_not_come_up_takes_the_others_back_with_it(
    cluster: FakeCluster, record: Path
) -> None:
    cluster.break_images(NEW[1].reference)

    with pytest.raises(RolloutFailed, match="timed out"):
        roll_out(Kubernetes(), NEW, record)

    assert cluster.images() == BEFORE
    assert read_record(record) == ()


def test_what_runs_already_is_not_changed_so_an_undo_brings_back_nothing_older(
    cluster: FakeCluster, record: Path
) -> None:
    roll_out(Kubernetes(), [OLD[0], NEW[1]], record)
    roll_back(Kubernetes(), record)

    assert cluster.images() == BEFORE
    assert not [call for call in cluster.calls() if "undo deployment/gateway" in call]


def test_a_rollout_that_is_asked_for_twice_changes_nothing_the_second_time(
    cluster: FakeCluster, record: Path
) -> None:
    roll_out(Kubernetes(), NEW, record)

    assert roll_out(Kubernetes(), NEW, record) == ()
    assert cluster.calls()[-1].startswith("rollout status")
    with pytest.raises(NothingToUndo, match="changed nothing"):
        roll_back(Kubernetes(), record)


def test_a_missing_deployment_is_found_before_any_is_changed(
    cluster: FakeCluster, record: Path
) -> None:
    with pytest.raises(NothingToChange, match="no deployment trainer"):
        roll_out(Kubernetes(), [NEW[0], image("trainer", "1")], record)

    assert cluster.calls() == []
    assert not record.exists()


def test_a_rollback_undoes_the_recorded_rollout_once(cluster: FakeCluster, record: Path) -> None:
    roll_out(Kubernetes(), NEW, record)

    undone = roll_back(Kubernetes(), record)

    assert [step.deployment for step in undone] == ["flight-delay", "gateway"]
    assert cluster.images() == BEFORE
    assert "rollout undo deployment/gateway --to-revision=3" in cluster.calls()
    with pytest.raises(NothingToUndo):
        roll_back(Kubernetes(), record)


def test_a_rollback_leaves_alone_what_somebody_else_has_changed_since(
    cluster: FakeCluster, record: Path, tmp_path: Path
) -> None:
    roll_out(Kubernetes(), NEW, record)
    newer = image("gateway", "2")
    roll_out(Kubernetes(), [newer], tmp_path / "another.json")

    roll_back(Kubernetes(), record)

    assert cluster.images() == {**BEFORE, "gateway": newer.reference}


def test_an_undo_that_fails_is_said_loudest_and_the_other_is_undone(
    cluster: FakeCluster, record: Path
) -> None:
    cluster.break_images(NEW[0].reference)
    cluster.refuse("rollout undo deployment/gateway")

    with pytest.raises(UndoFailed, match="gateway") as failed:
        roll_out(Kubernetes(), NEW, record)

    assert "Look at the cluster now" in str(failed.value)
    assert cluster.images() == {**BEFORE, "gateway": NEW[0].reference}
    assert read_record(record), "what is still to be undone stays on record"


def test_without_kubectl_it_says_so(record: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(KubectlMissing, match="not installed"):
        roll_out(Kubernetes(), NEW, record)


def test_without_a_record_nothing_is_guessed(cluster: FakeCluster, record: Path) -> None:
    with pytest.raises(NothingToUndo, match="no rollout is on record"):
        roll_back(Kubernetes(), record)
    record.parent.mkdir()
    record.write_text('{"steps": [{"deployment": 1}]}')
    with pytest.raises(NothingToUndo, match="no rollout is on record"):
        roll_back(Kubernetes(), record)


@dataclass
class Interrupted:
    """A cluster whose user presses Ctrl-C while it waits."""

    images: dict[str, str]

    def running(self, deployment: str) -> Running:
        return Running(deployment, self.images[deployment], 3)

    def set_image(self, deployment: str, image: str) -> None:
        self.images[deployment] = image

    def wait(self, deployment: str) -> None:
        raise KeyboardInterrupt

    def undo(self, deployment: str, revision: int) -> None:
        assert revision == 3
        self.images[deployment] = BEFORE[deployment]


def test_an_interrupt_takes_back_what_was_begun(record: Path) -> None:
    cluster = Interrupted(dict(BEFORE))
    with pytest.raises(KeyboardInterrupt):
        roll_out(cluster, [NEW[0], replace(NEW[1])], record)
    assert cluster.images == BEFORE
