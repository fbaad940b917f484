"""A disk that is really full: a tmpfs of half a megabyte, mounted where only this test sees it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mooring.predictionlog.testing import full_disk
from mooring.predictionlog.testing.mounts import OWN_MOUNTS, may_mount


def test_a_full_disk_refuses_and_what_waited_is_written_when_there_is_room(tmp_path: Path) -> None:
    if not may_mount(tmp_path):
        pytest.skip("mounting a small disk takes root and the right to make a mount namespace")
    path = os.pathsep.join(filter(None, sys.path))
    run = subprocess.run(
        [*OWN_MOUNTS, sys.executable, "-m", full_disk.__name__, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": path},
        stdout=subprocess.PIPE,
        text=True,
        timeout=120,
        check=True,
    )
    found = json.loads(run.stdout)
    assert found["refused"] > 0
    assert found["queued_while_full"] == 500
    assert found["read_as_accepted"]
    assert found["written"] == found["accepted"]
    assert found["starts"] == 1, "a writer that the disk refuses goes on"
