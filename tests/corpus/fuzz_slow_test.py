"""Many damaged requests, of other seeds than the gate's; results in docs/gateway/edge.md."""

from __future__ import annotations

import pytest

from tests.corpus.fuzz import attack, running


@pytest.mark.parametrize("seed", range(5))
def test_damaged_requests_find_nothing(seed: int) -> None:
    with running() as served:
        assert attack(served, seed, 10_000).faults == []
