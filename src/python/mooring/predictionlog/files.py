"""The port to the disk: the two calls that can be slow, refused or fail, and their real form."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Protocol


class Files(Protocol):
    """What a writer does to an open file."""

    def write(self, handle: int, content: bytes) -> None:
        """Append all of `content`. Raises OSError, when a part of it may have been written."""

    def sync(self, handle: int) -> None:
        """Return when what was written survives a power cut. Raises OSError."""


class Disk:
    """The real files."""

    def write(self, handle: int, content: bytes) -> None:
        left = memoryview(content)
        while left:
            left = left[os.write(handle, left) :]

    def sync(self, handle: int) -> None:
        os.fsync(handle)


def sync_folder(path: Path) -> None:
    """Make a new name or a rename inside `path` survive a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
