"""Hundreds of writers killed; see `kills_test.py` for the promise."""

from __future__ import annotations

import shutil
from pathlib import Path

from mooring.bundle.testing.kills import kill_writers
from mooring.bundle.testing.recipe import Recipe

# In rounds with a store each, so that checking every bundle after every kill stays affordable.
ROUNDS, KILLS = 10, 24


def test_240_killed_writers_never_leave_a_torn_bundle(recipe: Recipe, store: Path) -> None:
    inside = 0
    for seed in range(ROUNDS):
        inside += kill_writers(recipe, store, KILLS, seed).inside
        shutil.rmtree(store)
    print(f"{ROUNDS * KILLS} writers killed, {inside} of them inside a write")  # noqa: T201
    assert inside >= ROUNDS * KILLS // 4
