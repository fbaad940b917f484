"""A server is a tree of processes: who belongs to it, and how much memory it has used at most."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from pathlib import Path

import psutil

_KB = 1024
_MIB = 1_048_576

# The kernel needs no more to take a process apart.
_GONE_SECONDS = 5.0


def members(pid: int) -> list[psutil.Process]:
    """The process `pid` and all that descend from it, as far as they live."""
    try:
        root = psutil.Process(pid)
        return [root, *root.children(recursive=True)]
    except psutil.Error:
        return []


def workers(pid: int) -> list[psutil.Process]:
    """Children of `pid` that run its own program: workers, and no tool that it asks something."""
    try:
        root = psutil.Process(pid)
        program = root.exe()
        children = root.children()
    except psutil.Error:
        return []
    return [child for child in children if _program(child) == program]


def is_alive(process: psutil.Process) -> bool:
    """Whether it is the same process still, and not merely waiting to be reaped."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def kill_all(processes: Iterable[psutil.Process]) -> None:
    """End them without asking and wait until they are gone; who has ended already is no error."""
    killed = list(processes)
    for process in killed:
        with contextlib.suppress(psutil.Error):
            process.kill()
    psutil.wait_procs(killed, timeout=_GONE_SECONDS)


def peak_mb(pid: int) -> float | None:
    """Peak resident memory of a tree in MiB: the sum of its members' own peaks.

    That is at least the peak of the sum, and counts a shared page once for each who maps it. None
    where the kernel keeps no peaks: only Linux does, as VmHWM.
    """
    peaks = [_peak_bytes(member.pid) for member in members(pid)]
    known = [peak for peak in peaks if peak is not None]
    return round(sum(known) / _MIB, 1) if known else None


def _program(process: psutil.Process) -> str:
    try:
        return str(process.exe())
    except psutil.Error:
        return ""


def _peak_bytes(pid: int) -> int | None:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return None
    lines = [line for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(lines[0].split()[1]) * _KB if lines else None
