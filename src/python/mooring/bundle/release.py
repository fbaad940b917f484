"""`release.json`: which bundle of a model is in production, and which one is tried beside it.
Promotion is a commit of this file.

A version is an integer given when a bundle first becomes champion or challenger; it is never
reused, and a rollback brings the old one back. Writing is compare-and-swap on the previous content.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mooring.bundle.atomic import write_file
from mooring.bundle.errors import ReleaseError
from mooring.bundle.manifest import Runtime, Sha256
from mooring.contract.canonical import sha256

Role = Literal["champion", "challenger"]

# A rollback of more than this many promotions is a revert in git.
KEPT_CHAMPIONS = 10

# A challenger that returns later than after this many others is given a new version.
KEPT_WITHDRAWN = 10

_CLOSED = ConfigDict(frozen=True, extra="forbid")


class Released(BaseModel):
    """One bundle in the release: what it is, where it lies, why it may be there."""

    model_config = _CLOSED

    version: int = Field(ge=1)
    bundle: Sha256
    location: str
    bytes: int
    runtime: Runtime
    blessings: dict[str, Sha256]
    promoted_at: str
    promoted_by: str
    reason: str


class Withdrawn(BaseModel):
    """A challenger that was taken back: its version stays its own, its bundle is not kept."""

    model_config = _CLOSED

    version: int = Field(ge=1)
    bundle: Sha256
    withdrawn_at: str
    withdrawn_by: str
    reason: str


class Release(BaseModel):
    """The wish for one model's production; `former` are past champions, newest first, `withdrawn`
    the challengers that never became one.
    """

    model_config = _CLOSED

    format: Literal[1] = 1
    model: str
    last_version: int = Field(default=0, ge=0)
    champion: Released | None = None
    challenger: Released | None = None
    former: tuple[Released, ...] = ()
    # Left out while there are none: releases written before there were any stay as they are.
    withdrawn: tuple[Withdrawn, ...] = Field(default=(), exclude_if=lambda kept: not kept)

    def to_json(self) -> bytes:
        """Write `release.json`, one field a line so that diffs in git are readable."""
        document = self.model_dump(mode="json")
        return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()


@dataclass(frozen=True)
class ReleaseFile:
    """A release together with the content it was read from."""

    path: Path
    release: Release
    digest: str


def read_release(path: Path, *, model: str | None = None) -> ReleaseFile:
    """Read `release.json`; a missing one is an empty release of `model`.

    Raises ReleaseError when it cannot be parsed or is another model's.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        if model is None:
            raise _refused(path, "there is no release", "Promote a blessed bundle first.") from None
        return ReleaseFile(path, Release(model=model), sha256(b""))
    release = _parse(path, content)
    if model is not None and release.model != model:
        raise _refused(path, f"it is the release of {release.model}", f"It must be {model}'s.")
    return ReleaseFile(path, release, sha256(content))


def write_release(before: ReleaseFile, release: Release) -> ReleaseFile:
    """Replace the release unless the file has changed since `before` was read.

    Raises ReleaseError on a change: somebody else promoted meanwhile.
    """
    before.path.parent.mkdir(parents=True, exist_ok=True)
    content = release.to_json()
    with _locked(before.path.parent):
        if _digest(before.path) != before.digest:
            raise _refused(before.path, "it was changed meanwhile", "Look at it and try again.")
        write_file(before.path, content)
    return ReleaseFile(before.path, release, sha256(content))


def _parse(path: Path, content: bytes) -> Release:
    try:
        return Release.model_validate_json(content)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        field = ".".join(map(str, first["loc"])) or "the document"
        problem = f"{field}: {first['msg']}"
        raise _refused(path, problem, "Restore it from git: git checkout -- <file>.") from None


def _digest(path: Path) -> str:
    return sha256(path.read_bytes() if path.exists() else b"")


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold an advisory lock on the folder itself: no lock file to leave behind."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _refused(path: Path, problem: str, cure: str) -> ReleaseError:
    return ReleaseError(problem, place=str(path), cure=cure)
