"""Limits and trees of real processes."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import pytest

from mooring.process.children import Child, Processes
from mooring.process.errors import PortInUse
from mooring.process.ports import LOOPBACK, free_port, is_open, require_free
from mooring.process.tree import is_alive, kill_all, members, peak_mb

linux = pytest.mark.skipif(sys.platform != "linux", reason="asks the Linux kernel")

# A parent and a child, each of which holds some memory; both wait to be ended.
FAMILY = (
    "import os, signal\n"
    "child = os.fork()\n"
    "held = b'x' * 64 * 1024 * 1024\n"
    "os.write(1, b'.')\n"
    "signal.pause()\n"
)
HOLDS = "held = bytearray({mb} * 1024 * 1024); print('held', flush=True)"


def started(processes: Processes, script: str, memory_mb: float | None = None) -> Child:
    return processes.start("family", [sys.executable, "-c", script], {}, memory_mb)


@linux
def test_a_tree_has_the_peak_of_all_its_members_and_ends_whole(tmp_path: Path) -> None:
    with Processes(tmp_path) as processes:
        parent = started(processes, FAMILY)
        processes.wait_until(parent, lambda: parent.log.read_text() == "..", 20)
        family = members(parent.process.pid)
        assert [is_alive(member) for member in family] == [True, True]
        peak = peak_mb(parent.process.pid)
        assert peak is not None
        assert peak >= 128

        kill_all(family)

        assert [is_alive(member) for member in family] == [False, False]
        assert peak_mb(parent.process.pid) is None


@linux
@pytest.mark.parametrize(
    ("mb", "words"),
    [
        pytest.param(16, "held", id="what fits is given"),
        pytest.param(512, "MemoryError", id="what does not fit is denied"),
    ],
)
def test_a_memory_limit_is_the_kernels(tmp_path: Path, mb: int, words: str) -> None:
    with Processes(tmp_path) as processes:
        child = started(processes, HOLDS.format(mb=mb), memory_mb=256)
        child.process.wait(20)

    assert words in child.log.read_text()


@linux
def test_a_memory_limit_holds_for_what_the_process_starts(tmp_path: Path) -> None:
    script = (
        f"import subprocess, sys; subprocess.run([sys.executable, '-c', {HOLDS.format(mb=512)!r}])"
    )
    with Processes(tmp_path) as processes:
        child = started(processes, script, memory_mb=256)
        child.process.wait(20)

    assert "MemoryError" in child.log.read_text()


def test_a_port_is_free_until_somebody_listens() -> None:
    port = free_port()
    require_free(port)
    assert not is_open(port)
    with socket.socket() as taken:
        taken.bind((LOOPBACK, port))
        taken.listen()
        assert is_open(port)
        with pytest.raises(PortInUse, match=f"{LOOPBACK}:{port}: the port is in use"):
            require_free(port)
