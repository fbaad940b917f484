"""One holder at a time, and none that outlives its last holder."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from mooring.process.locks import taken


def test_a_second_one_waits_for_nobody_and_gets_nothing(tmp_path: Path) -> None:
    with taken(tmp_path / "lock") as first, taken(tmp_path / "lock") as second:
        assert first is not None
        assert second is None
    with taken(tmp_path / "lock") as third:
        assert third is not None


def test_who_inherits_it_holds_it_until_its_end(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "import sys; sys.stdin.read()"]
    with taken(tmp_path / "lock") as lock:
        assert lock is not None
        heir = subprocess.Popen(command, stdin=subprocess.PIPE, pass_fds=(lock,))
    with taken(tmp_path / "lock") as other:
        assert other is None
    heir.communicate()
    with taken(tmp_path / "lock") as free:
        assert free is not None


def test_what_is_raised_in_the_block_is_not_taken_for_a_lock_that_is_held(tmp_path: Path) -> None:
    with pytest.raises(BlockingIOError), taken(tmp_path / "lock"):
        raise BlockingIOError
