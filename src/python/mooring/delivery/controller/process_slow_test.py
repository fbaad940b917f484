"""One request in twenty that fails: small enough to need some thousand requests."""

from __future__ import annotations

from pathlib import Path

from mooring.delivery.controller.testing.stand import POISON, stand


def test_a_challenger_of_which_one_request_in_twenty_fails_is_aborted(tmp_path: Path) -> None:
    with stand(tmp_path, hours=20, requests=1_000, poison=POISON) as scene:
        scene.challenge()
        scene.until(lambda: scene.route.percent == 20.0)
        scene.restart()
        challenger, champion = scene.challenger.port, scene.champion.port
        assert scene.end() == ("aborted", challenger, champion)
