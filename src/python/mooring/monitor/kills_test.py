"""Kills at random moments; a hundred of them in `kills_slow_test.py`."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from mooring.monitor.judging.testing.rides import FIRST, Rides
from mooring.monitor.testing.kills import kill, left_alone
from mooring.monitor.testing.world import MODEL, World

KILLS, DAYS = 3, 10


def test_a_killed_monitor_neither_loses_nor_doubles(tmp_path: Path) -> None:
    killed, whole = (World(tmp_path / name, Rides(rows=100)) for name in ("killed", "whole"))
    for world in (killed, whole):
        world.route(world.promote())
        world.log(FIRST, DAYS - KILLS)
    later = FIRST + timedelta(days=DAYS - KILLS)
    rows = 100 * (DAYS - KILLS) + kill(killed, later, KILLS, seed=1)
    whole.log(later, KILLS)
    after, expected = left_alone(killed, rows), left_alone(whole, rows)
    assert after.shown[f"mooring_monitor_rows_total{{model={MODEL}}}"] == rows
    assert after == expected
