"""The controller as a process, beside a real gateway and real services: killed, it goes on."""

from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path

from mooring.contract.routing import Routing
from mooring.delivery.controller.publish import sole_writer
from mooring.delivery.controller.testing import process
from mooring.delivery.controller.testing.releases import release, write
from mooring.delivery.controller.testing.stand import (
    PATIENCE_SECONDS,
    POISON,
    release_file,
    stand,
)
from mooring.gateway.traffic.document import check_successor
from mooring.process.ports import free_port


def test_a_healthy_challenger_is_promoted_although_the_controller_is_killed_at_every_step(
    tmp_path: Path,
) -> None:
    with stand(tmp_path) as scene:
        scene.restart()
        scene.challenge()
        scene.until(lambda: scene.route.percent == 20.0)
        scene.restart()
        scene.until(lambda: scene.route.percent in (50.0, 0.0))
        scene.restart()
        challenger = scene.challenger.port
        assert scene.end() == ("promoted", challenger, challenger)
        documents = [Routing.model_validate_json(each) for each in scene.seen]
        for before, after in pairwise(documents):
            check_successor(tmp_path, before, after)
            assert before.version < after.version


def test_a_challenger_of_which_one_request_in_four_fails_is_aborted(tmp_path: Path) -> None:
    with stand(tmp_path, requests=200, poison=POISON) as scene:
        scene.challenge()
        scene.until(lambda: scene.route.percent == 20.0)
        scene.restart()
        challenger, champion = scene.challenger.port, scene.champion.port
        assert scene.end() == ("aborted", challenger, champion)


def test_of_two_controllers_the_second_ends(tmp_path: Path) -> None:
    write(release_file(tmp_path), release(free_port()))
    path = tmp_path / "home" / "routing.json"
    with sole_writer(path):
        second = process.start(tmp_path, free_port(), 60)
        assert second.wait(PATIENCE_SECONDS) == os.EX_TEMPFAIL
    assert not path.exists()
