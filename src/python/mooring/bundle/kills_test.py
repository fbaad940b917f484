"""Writers killed at random moments leave only whole bundles; hundreds in `kills_slow_test.py`."""

from __future__ import annotations

import os
from pathlib import Path

from mooring.bundle.atomic import ASIDE
from mooring.bundle.testing.kills import check_whole, kill_writers
from mooring.bundle.testing.recipe import Recipe

# Measured: writing in place instead of aside is found by the first three.
KILLS = 20


def test_a_killed_writer_never_leaves_a_torn_bundle(recipe: Recipe, store: Path) -> None:
    tally = kill_writers(recipe, store, KILLS, seed=7)
    assert tally.inside > 0, "no kill came inside a write: this run shows nothing"
    assert tally.bundles >= KILLS


def test_the_next_writer_succeeds_and_sweeps_what_the_killed_left(
    recipe: Recipe, store: Path
) -> None:
    kill_writers(recipe, store, 10, seed=8)
    left = [path for path in store.iterdir() if path.name.startswith(ASIDE)]
    assert left
    for path in left:
        os.utime(path, (0, 0))
    written = recipe.write(store)
    assert written.path.is_dir()
    assert [path for path in store.iterdir() if path.name.startswith(ASIDE)] == []
    check_whole(store)
