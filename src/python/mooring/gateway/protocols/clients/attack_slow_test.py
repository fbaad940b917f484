"""The same attack with ten times as many generated requests, by several seeds."""

from __future__ import annotations

from pathlib import Path

import pytest

from mooring.gateway.protocols.clients.attack import attack, attacked, key_of


@pytest.mark.parametrize("seed", [2, 3])
def test_no_case_of_many_is_answered_otherwise_than_documented(tmp_path: Path, seed: int) -> None:
    with attacked(tmp_path) as (running, keys):
        found = attack(running, tmp_path, examples=100, seed=seed, key=key_of(keys))
    assert found.failures == ""
    assert found.cases >= 4_000
