"""A hundred kills of each kind; see `kills_test.py` for the promises."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest

from mooring.predictionlog.testing.kills import kill_gateways, kill_writers

KILLS = 100


@pytest.mark.parametrize("victim", ["gateway", "both"])
def test_a_hundred_killed_gateways(tmp_path: Path, victim: Literal["gateway", "both"]) -> None:
    print(kill_gateways(tmp_path, victim, KILLS, seed=31))  # noqa: T201


def test_a_hundred_killed_writers(tmp_path: Path) -> None:
    print(kill_writers(tmp_path, KILLS, seed=32))  # noqa: T201
