"""A release is changed where there is no git, and not where there is one that cannot be asked."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ASK = """
import sys
from pathlib import Path
from mooring.cli.git import refuse_uncommitted

refuse_uncommitted(Path(sys.argv[1]))
"""


@pytest.mark.parametrize(
    ("is_checkout", "status"),
    [pytest.param(False, 0, id="a folder of its own"), pytest.param(True, 1, id="a checkout")],
)
def test_without_the_program_git(tmp_path: Path, is_checkout: bool, status: int) -> None:
    folder = tmp_path / "models" / "ferry"
    folder.mkdir(parents=True)
    if is_checkout:
        (tmp_path / ".git").mkdir()
    path = os.pathsep.join(os.path.abspath(each) for each in sys.path if each)
    done = subprocess.run(
        [sys.executable, "-c", ASK, folder / "release.json"],
        env={"PATH": str(tmp_path), "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == status, done.stderr
    assert ("git is not installed" in done.stderr) == bool(status)
