"""A retrain that is ended at every step it has by either signal, or finds its disk full."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mooring.cli.testing import full_disk
from mooring.cli.testing.ending import (
    decided,
    end_and_go_on,
    judged,
    running,
    staged,
    trained,
)
from mooring.cli.testing.ferries import FOUND, Checkout, later, write_log, write_model
from mooring.cli.testing.forks import Forks, forks

TIMES = 5

OWN_MOUNTS = ["unshare", "--mount", "--propagation", "private"]


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    return write_model(tmp_path_factory.mktemp("first") / "checkout")


@pytest.fixture(scope="module")
def commands(first: Checkout) -> Iterator[Forks]:
    with forks(first) as started:
        done = started.run(first, program=FOUND)
        assert done.status == 0, done.err
        write_log(first.tables, later(), done.out.strip())
        yield started


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM], ids=["killed", "told to end"])
@pytest.mark.parametrize("time", range(TIMES))
def test_a_run_that_is_ended_at_every_step_is_gone_on_from(
    first: Checkout, commands: Forks, tmp_path: Path, number: signal.Signals, time: int
) -> None:
    checkout = first.copied(tmp_path / "checkout")
    steps = [staged, decided, running, trained, judged]
    end_and_go_on(commands, checkout, steps, number)


def may_mount(folder: Path) -> bool:
    if os.geteuid() or not shutil.which("unshare"):
        return False
    mount = ["mount", "-t", "tmpfs", "tmpfs", str(folder)]
    return subprocess.run([*OWN_MOUNTS, *mount], capture_output=True, check=False).returncode == 0


def test_on_a_full_disk_it_fails_whole_and_goes_on_when_there_is_room(
    first: Checkout, commands: Forks, tmp_path: Path
) -> None:
    if not may_mount(tmp_path):
        pytest.skip("mounting a small disk takes root and the right to make a mount namespace")
    checkout = first.copied(tmp_path / "checkout")
    path = os.pathsep.join(os.path.abspath(each) for each in sys.path if each)
    run = subprocess.run(
        [*OWN_MOUNTS, sys.executable, "-m", full_disk.__name__, str(checkout.folder)],
        env={**os.environ, "PYTHONPATH": path},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found = json.loads(run.stdout)
    full = found["full"]
    assert (full["status"], json.loads(full["said"])["error"]["kind"]) == (1, "DiskFull")
    assert (full["bundles"], full["staging"]) == (1, [])
    assert (found["then"], found["outcome"], found["version"]) == (0, "blessed", 1), found["error"]
