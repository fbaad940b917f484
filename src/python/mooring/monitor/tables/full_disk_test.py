"""A disk that is really full: a tmpfs of 4 MiB, mounted where only this test sees it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from mooring.monitor.tables.testing import full_disk

OWN_MOUNTS = ["unshare", "--mount", "--propagation", "private"]


def may_mount(folder: Path) -> bool:
    if os.geteuid() or not shutil.which("unshare"):
        return False
    mount = ["mount", "-t", "tmpfs", "tmpfs", str(folder)]
    return subprocess.run([*OWN_MOUNTS, *mount], capture_output=True, check=False).returncode == 0


def test_a_full_disk_leaves_whole_commits_and_the_next_pass_goes_on(tmp_path: Path) -> None:
    if not may_mount(tmp_path):
        pytest.skip("mounting a small disk takes root and the right to make a mount namespace")
    run = subprocess.run(
        [*OWN_MOUNTS, sys.executable, "-m", full_disk.__name__, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        stdout=subprocess.PIPE,
        text=True,
        timeout=120,
        check=True,
    )
    found = json.loads(run.stdout)
    assert found["refused"] >= 4
    for told in found["told"]:
        assert "monitor/voyage_delay: a commit failed" in told
        assert "No space left on device" in told
        assert "Make room" in told
    assert found["whole_while_full"]
    assert found["all_once"]
    made = found["made"]
    assert found["totals"] == [made, made, {"joined": made}]
    assert (found["left"], found["segments"]) == ([], 0)
