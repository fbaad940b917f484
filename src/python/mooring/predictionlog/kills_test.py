"""Kills at random moments; a hundred of each in `kills_slow_test.py`."""

from __future__ import annotations

from pathlib import Path

from mooring.predictionlog.testing.kills import kill_gateways, kill_writers

KILLS = 10


def test_a_killed_gateway_leaves_whole_records_up_to_one_and_all_acknowledged(
    tmp_path: Path,
) -> None:
    tally = kill_gateways(tmp_path, "gateway", KILLS, seed=3)
    assert tally.read >= tally.acknowledged > 0


def test_the_same_when_its_writer_is_killed_with_it(tmp_path: Path) -> None:
    tally = kill_gateways(tmp_path, "both", KILLS, seed=4)
    assert tally.left_open > 0, "no kill came into an open segment: this run shows nothing"


def test_killed_writers_lose_nothing_and_write_nothing_twice(tmp_path: Path) -> None:
    tally = kill_writers(tmp_path, KILLS, seed=5)
    assert tally.read == tally.acknowledged > 0
