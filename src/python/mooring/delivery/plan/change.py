"""What a change is: files, and what became of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Status = Literal["added", "modified", "deleted"]


@dataclass(frozen=True, order=True)
class Change:
    """One file that is not what it was; a renamed one is a deleted and an added one."""

    path: str
    status: Status

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    @property
    def folder(self) -> str:
        """Of the file; `""` at the root."""
        return self.path.rpartition("/")[0]


@dataclass(frozen=True)
class ChangeSet:
    """What has changed since a commit, in the order of paths."""

    since: str
    changes: tuple[Change, ...]
