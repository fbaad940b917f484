"""What can go wrong with a log.

MooringError
└── LogError
    ├── BrokenFrame       bytes that are no whole frame; `torn` where they merely end too soon
    ├── DamagedSegment    a sealed file that is not what was sealed: which one, at which byte
    └── UnreadableLog     a folder or a file that cannot be read or rewritten
"""

from __future__ import annotations

from pathlib import Path

from mooring.contract.errors import MooringError


class LogError(MooringError):
    """Root of the package's errors."""


class BrokenFrame(LogError):
    """Bytes that are no frame."""

    def __init__(self, problem: str, *, torn: bool = False) -> None:
        super().__init__(problem, place="frame")
        self.torn = torn


class DamagedSegment(LogError):
    """What follows byte `offset` of `path` is not what was written; what precedes it is."""

    def __init__(self, path: Path, offset: int, problem: str) -> None:
        cure = "Restore the file from a copy, or read on without the rest of it."
        super().__init__(problem, place=f"{path}, byte {offset}", cure=cure)
        self.path = path
        self.offset = offset


class UnreadableLog(LogError):
    """The file system refuses."""
