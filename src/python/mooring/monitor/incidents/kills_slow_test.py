"""A monitor that is killed before each thing it does, from the webhook to the promotion."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest

from mooring.monitor.incidents.testing.kills import (
    STAGES,
    carried_on,
    killed,
    prepare,
    started_kinds,
)

# 52, 52, 23 and 19 were counted: a stage of no moments would be a test of nothing.
_LEAST_MOMENTS = 15


@pytest.mark.parametrize("stage", STAGES)
def test_every_moment(tmp_path: Path, stage: str) -> None:
    for at in count(1):
        home = tmp_path / str(at)
        prepare(home, stage)
        was_killed = killed(home, at)
        done = carried_on(home)
        assert (done.state, started_kinds(home)) == ("promoted", ["retrain", "challenge"]), at
        if not was_killed:
            break
    assert at > _LEAST_MOMENTS
