"""Where logs lie and what their files are called.

    <home>/predictions/<model>/<gateway>/<opened>-<process>-<first>.segment

`opened` is the time in milliseconds, so names sort by time; `process` tells the gateway process
that wrote it from the one before; `first` is the sequence number of its first frame. A file that
is still written ends in `.open` and is locked by its writer: one that nobody holds was left by a
writer that died.
"""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mooring.predictionlog.context import Log

SEALED = ".segment"
OPEN = ".open"
# Work of a rewrite, and the lock that rewriting and deleting take.
ASIDE = ".writing-"
LOCK = ".lock"

_NAME = re.compile(r"(\d{13})-([0-9a-f]{8})-(\d{12})")

# Models and gateways become folders.
MODEL_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
GATEWAY_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")


@dataclass(frozen=True)
class SegmentName:
    """What a file's name says."""

    opened: int  # milliseconds since the epoch
    process: str  # 8 hex digits
    first: int

    def __str__(self) -> str:
        return f"{self.opened:013d}-{self.process}-{self.first:012d}"

    @classmethod
    def of(cls, path: Path) -> SegmentName | None:
        """Read a file's name; None for a file that is no segment."""
        match = _NAME.fullmatch(path.stem)
        return cls(int(match[1]), match[2], int(match[3])) if match else None


def log_folder(home: Path, log: Log, model: str, gateway: str) -> Path:
    """The folder that one gateway writes about one model."""
    return home / log / model / gateway


def gateways(home: Path, log: Log, model: str) -> list[Path]:
    """The folders of all gateways that have written about a model, by name."""
    above = home / log / model
    return sorted(path for path in above.iterdir() if path.is_dir()) if above.is_dir() else []


def segments(folder: Path, suffix: str = SEALED) -> list[Path]:
    """The segments of a folder, oldest first."""
    found = folder.glob(f"*{suffix}") if folder.is_dir() else ()
    return sorted(path for path in found if SegmentName.of(path))


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the lock under which sealed segments are rewritten or deleted, by one at a time."""
    handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def take(handle: int) -> bool:
    """Whether this process now holds an open segment; False while its writer lives."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
