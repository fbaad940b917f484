from __future__ import annotations

import json
import logging
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from mooring.bundle.release import Release, read_release
from mooring.bundle.routed import differs
from mooring.delivery.controller.controller import Controller, World
from mooring.delivery.controller.errors import BadState
from mooring.delivery.controller.plan import Plan, Plans, Step
from mooring.delivery.controller.publish import read_published
from mooring.delivery.controller.state import state_file
from mooring.delivery.controller.testing.releases import (
    MODEL,
    FileLedger,
    release,
    target,
    write,
)
from mooring.delivery.controller.testing.world import Services, Traffic

STEPS = tuple(Step(percent=each, seconds=10.0, requests=150) for each in (5.0, 50.0))
PLANS = Plans(defaults=Plan(steps=STEPS, patience_seconds=600.0))


@dataclass
class Scene:
    """A controller and its world, five seconds from look to look."""

    folder: Path
    now: float = 0.0
    traffic: Traffic = field(init=False)
    services: Services = field(default_factory=Services)
    ledger: FileLedger = field(init=False)

    def __post_init__(self) -> None:
        self.releases = {MODEL: self.folder / "models" / MODEL / "release.json"}
        self.routing = self.folder / "home" / "routing.json"
        self.traffic = Traffic(self.routing)
        self.ledger = FileLedger(self.releases)
        self.controller = self.started()

    def started(self) -> Controller:
        world = World(
            self.folder / "home", self.routing, self.releases,
            self.traffic, self.services, self.ledger, lambda: self.now,
        )  # fmt: skip
        return Controller(world, PLANS)

    def wish(self, wish: Release) -> None:
        write(self.releases[wish.model], wish)

    def look(self, times: int = 1) -> None:
        for _ in range(times):
            self.now += 5.0
            self.controller.look()

    @property
    def released(self) -> Release:
        return read_release(self.releases[MODEL], model=MODEL).release

    @property
    def percent(self) -> float:
        routing = read_published(self.routing)
        return routing.models[MODEL].percent if routing else -1.0


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    scene = Scene(tmp_path)
    scene.wish(release(1))
    scene.look()
    return scene


def test_a_healthy_challenger_becomes_champion_and_the_document_says_so(scene: Scene) -> None:
    scene.wish(release(1, 2))
    percents = []
    while scene.released.challenger is not None:
        scene.look()
        percents.append(scene.percent)
    scene.look()
    assert list(dict.fromkeys(percents)) == [5.0, 50.0]
    assert scene.released == release(2).model_copy(update={"last_version": 2})
    routing = read_published(scene.routing)
    assert routing is not None
    assert routing.models[MODEL].champion == target(2)
    assert not differs(scene.released, routing)


def test_a_bad_challenger_is_withdrawn_and_the_champion_stays(scene: Scene) -> None:
    scene.traffic.errors = {2: 40}
    scene.wish(release(1, 2))
    scene.look(8)
    assert (scene.released.champion, scene.released.challenger) == (release(1).champion, None)
    assert (scene.percent, scene.ledger.done[0][0]) == (0.0, "withdraw")
    last = scene.controller.states[MODEL].last
    assert last is not None
    assert (last.outcome, last.version) == ("aborted", 2)


def test_a_controller_that_is_started_again_goes_on_where_it_was(scene: Scene) -> None:
    scene.wish(release(1, 2))
    scene.look(5)
    before = scene.controller.states
    scene.controller = scene.started()
    assert scene.controller.states == before
    scene.look(20)
    assert scene.released.champion == release(2).champion


def test_who_used_to_be_champion_is_no_longer_kept(scene: Scene) -> None:
    scene.wish(release(1, 2))
    scene.look(3)
    assert scene.services.kept[MODEL] == {1, 2}
    scene.look(20)
    assert scene.services.kept[MODEL] == {2}


def test_a_document_that_a_person_edits_is_told_of_and_written_again(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    edited = json.loads(scene.routing.read_bytes()) | {"version": 40}
    edited["models"][MODEL]["champion"]["version"] = 9
    scene.routing.write_text(json.dumps(edited))
    with caplog.at_level(logging.ERROR):
        scene.look()
    assert "another hand" in caplog.text
    routing = read_published(scene.routing)
    assert routing is not None
    assert (routing.version, routing.models[MODEL].champion) == (41, target(1))


@pytest.mark.parametrize("content", ["{", '{"model": "another"}', "[]"])
def test_a_release_that_cannot_be_read_moves_nothing_and_is_told_of_once(
    scene: Scene, content: str, caplog: pytest.LogCaptureFixture
) -> None:
    scene.wish(release(1, 2))
    scene.look(3)
    document, sound = scene.routing.read_bytes(), scene.releases[MODEL].read_bytes()
    scene.releases[MODEL].write_text(content)
    with caplog.at_level(logging.ERROR):
        scene.look(5)
    assert scene.routing.read_bytes() == document
    assert caplog.text.count("its release cannot be read") == 1
    scene.releases[MODEL].write_bytes(sound)
    scene.look(20)
    assert scene.released.champion == release(2).champion


def test_a_promotion_that_the_release_refuses_ends_in_a_withdrawal(scene: Scene) -> None:
    scene.ledger.refuses = True
    scene.wish(release(1, 2))
    scene.look(20)
    assert scene.released.champion == release(1).champion
    last = scene.controller.states[MODEL].last
    assert last is not None
    assert (last.outcome, last.reason) == ("aborted", "it is not blessed")


def test_what_was_routed_before_there_was_a_controller_is_taken_over(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    scene.wish(release(1))
    scene.look()
    state_file(tmp_path / "home", MODEL).unlink()
    scene.services.missing.add(1)
    scene.controller = scene.started()
    scene.look()
    routing = read_published(scene.routing)
    assert routing is not None
    assert (routing.version, routing.models[MODEL].champion) == (1, target(1))


def test_a_state_that_is_damaged_is_refused_with_its_cure(scene: Scene) -> None:
    state_file(scene.folder / "home", MODEL).write_text("{")
    with pytest.raises(BadState, match="Remove it"):
        scene.started()


def test_while_no_gateway_answers_nobody_is_promoted(scene: Scene) -> None:
    scene.traffic.silent = set(scene.traffic.names)
    scene.wish(release(1, 2))
    scene.look(100)
    assert scene.percent == 5.0
    scene.look(100)
    last = scene.controller.states[MODEL].last
    assert last is not None
    assert last.outcome == "inconclusive"
