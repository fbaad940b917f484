"""A monitor that is killed at any moment: the next one goes on, and nothing is done twice.

Every moment of every stage is in `kills_slow_test`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from mooring.monitor.incidents.testing.kills import (
    STAGES,
    carried_on,
    killed,
    prepare,
    started_kinds,
)


# Of the first stage's moments: after the request, before the job's process, and after it.
@pytest.mark.parametrize(
    ("stage", "at"), [("hears", 3), ("hears", 9), *((stage, 4) for stage in STAGES[1:])]
)
def test_a_killed_monitor_is_carried_on_by_the_next(tmp_path: Path, stage: str, at: int) -> None:
    prepare(tmp_path, stage)
    assert killed(tmp_path, at)

    done = carried_on(tmp_path)

    assert done.state == "promoted"
    assert started_kinds(tmp_path) == ["retrain", "challenge"]
