"""A hundred kills; see `kills_test.py` for the promise."""

from __future__ import annotations

from pathlib import Path

from mooring.monitor.judging.testing.rides import FIRST, Rides
from mooring.monitor.testing.kills import kill, left_alone
from mooring.monitor.testing.world import MODEL, World

KILLS = 100


def test_a_hundred_kills_neither_lose_nor_double(tmp_path: Path) -> None:
    killed, whole = (World(tmp_path / name, Rides(rows=100)) for name in ("killed", "whole"))
    for world in (killed, whole):
        world.route(world.promote())
    rows = kill(killed, FIRST, KILLS, 41)
    whole.log(FIRST, KILLS)
    after, expected = left_alone(killed, rows), left_alone(whole, rows)
    labels = f"mooring_labels_joined_total{{model={MODEL},outcome=joined}}"
    assert (rows, after.shown[labels]) == (100 * KILLS, 100 * KILLS)
    assert after == expected
