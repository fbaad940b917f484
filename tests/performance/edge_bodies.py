"""Bodies that are too large, or that are made to be dear: status, work, memory."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from statistics import median
from typing import Any

_PATH = "/v1/models/voyage_delay:predict"
_JSON = {"Content-Type": "application/json"}
MB, MIB = 1_000_000, 1_048_576
LARGE = 60 * MB
_TIMES = 9


def sizes(port: int, pid: int) -> Iterator[tuple[str, str, str]]:
    """Send 60 MB in both ways; how far the process's memory goes up meanwhile."""
    ask(port, b" " * 1_000_000)
    for name, headers in (
        ("body of 60 MB, its length told", {"Content-Length": str(LARGE)}),
        ("body of 60 MB, in chunks", {}),
    ):
        status, grown = large(port, pid, headers)
        yield name, "1 MiB", f"{status}, memory grows by {grown / MB:.1f} MB"


def large(port: int, pid: int, headers: dict[str, str]) -> tuple[int, int]:
    """Status, and bytes by which resident memory was ever larger than before."""
    _forget_peak(pid)
    before = _memory(pid, "VmRSS")
    pieces = (b" " * MB for _ in range(LARGE // MB))
    status = ask(port, pieces, headers)
    return status, _memory(pid, "VmHWM") - before


def ask(port: int, body: Any, headers: dict[str, str] | None = None) -> int:
    """The status of one prediction request."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as client:
        client.request("POST", _PATH, body, _JSON | (headers or {}))
        return client.getresponse().status


def shapes(port: int, pid: int) -> Iterator[tuple[str, str, str]]:
    """1 MiB of what is dear to read, in processor time of the gateway: nobody else's counts."""
    for name, limit, body in BODIES:
        statuses, took = set(), []
        for _ in range(_TIMES):
            before = _worked(pid)
            statuses.add(ask(port, body))
            took.append(_worked(pid) - before)
        said = ", ".join(map(str, sorted(statuses)))
        yield name, limit, f"{said}, {median(took) * 1e3:.1f} ms of work"


def _worked(pid: int) -> float:
    """Seconds that the process' threads have had a processor."""
    tasks = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9


def _filled(start: bytes, item: bytes, end: bytes) -> bytes:
    count = (MIB - len(start) - len(end)) // len(item)
    return start + (item * count).rstrip(b",") + end


def _members(start: bytes, end: bytes) -> bytes:
    return start + b",".join(b'"a%d":0' % i for i in range(90_000)) + end


BODIES = (
    ("lists in lists, 1 MiB", "few more than the contract", b"[" * (MIB - 1)),
    ("lists in lists, 900 deep", "200", b"[" * 900 + b"]" * 900),
    ("objects in objects, 1 MiB", "few more than the contract", _filled(b"", b'{"a":', b"")),
    ("350,000 empty rows", "rows of the contract", _filled(b'{"instances":[', b"{},", b"]}")),
    ("1,000 empty rows", "complaints of one row", b'{"instances":[' + b"{}," * 999 + b"{}]}"),
    ("90,000 unknown members", "few more than the contract", _members(b'{"instances":[{', b"}]}")),
    ("10^6 rows", "1 MiB", b'{"instances":[' + b"{}," * 999_999 + b"{}]}"),
    ("a number of 10^6 digits", "4,300", _filled(b'{"instances":[{"wind":', b"7", b"}]}")),
)


def _forget_peak(pid: int) -> None:
    """Let the kernel measure the peak anew: proc(5), clear_refs."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def _memory(pid: int, name: str) -> int:
    """Bytes, of a line of /proc/PID/status."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    line = next(line for line in lines if line.startswith(f"{name}:"))
    return int(line.split()[1]) * 1_024
