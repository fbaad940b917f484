"""A disk that is really full: a tmpfs mounted where only this test sees it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mooring.monitor.testing import full_disk
from mooring.predictionlog.testing.mounts import OWN_MOUNTS, may_mount


def test_a_full_disk_is_said_and_nothing_is_lost_or_doubled_when_there_is_room(
    tmp_path: Path,
) -> None:
    if not may_mount(tmp_path):
        pytest.skip("mounting a small disk takes root and the right to make a mount namespace")
    path = os.pathsep.join(filter(None, sys.path))
    run = subprocess.run(
        [*OWN_MOUNTS, sys.executable, "-m", full_disk.__name__, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": path},
        stdout=subprocess.PIPE,
        text=True,
        timeout=300,
        check=True,
    )
    found = json.loads(run.stdout)
    status, said = found["unready"]
    assert status == 503
    assert "Make room" in said
    assert found["while_full"] < found["rows"]
    assert (found["ready"], found["after"], found["coverage"]) == (200, found["rows"], 1.0)
