"""Publishing the routing document: one writer, one content for each version, whatever dies when.

    routing.json              the document, replaced by renaming
    routing.json.published    the version and digest of what was published last, or is about to be
    routing.json.lock         held by the writer

The record is written first. Whoever dies between the two leaves a version that nobody ever saw: it
gets the content that the record promises, or none. A document that is none of ours was edited by
hand: it is written again, under a version that is higher than both.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mooring.bundle.atomic import write_file
from mooring.contract.canonical import sha256
from mooring.contract.routing import Route, Routing
from mooring.delivery.controller.errors import AnotherWriter, NoHigherVersion

_HIGHEST = 2**53 - 1

Happened = Literal["unchanged", "published", "mended"]


class Record(BaseModel):
    """What was published last: `before` is the digest of what it replaced."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1] = 1
    version: int = Field(ge=0)
    document: str
    before: str


@dataclass(frozen=True)
class Publication:
    """What is in force from now on; `mended` says that somebody else had written meanwhile."""

    routing: Routing
    happened: Happened


@contextmanager
def sole_writer(path: Path) -> Iterator[None]:
    """Be the one who writes the document at `path`, until the block ends or the process does.

    Raises AnotherWriter.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(_beside(path, "lock"), os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise AnotherWriter(
            "it has a writer already",
            place=str(path),
            cure="Stop the other `mooring rollout run`, or let it do the work.",
        ) from None
    finally:
        os.close(handle)


def publish(path: Path, models: Mapping[str, Route], in_force: int = 0) -> Publication:
    """Have the document say this and nothing else; call it as the sole writer.

    Its version is higher than those of the document, of the record and `in_force`, the highest that
    a gateway obeys. Raises NoHigherVersion.
    """
    present, record = _read(path), _record(path)
    digest = sha256(present)
    current = read_published(path)
    ours = record is None or record.document == digest
    if current is not None and current.models == models and ours and in_force <= current.version:
        return Publication(current, "unchanged")
    if record is not None and record.before == digest and in_force < record.version:
        promised = Routing(format=1, version=record.version, models=models)
        if sha256(_document(promised)) == record.document:
            write_file(path, _document(promised))
            return Publication(promised, "published")
    known = (current.version if current else 0, record.version if record else 0, in_force)
    routing = Routing(format=1, version=_after(path, max(known)), models=models)
    content = _document(routing)
    fresh = Record(version=routing.version, document=sha256(content), before=digest)
    write_file(_beside(path, "published"), fresh.model_dump_json().encode() + b"\n")
    write_file(path, content)
    by_hand = not ours and record is not None and record.before != digest
    return Publication(routing, "mended" if by_hand else "published")


def read_published(path: Path) -> Routing | None:
    """The document as it lies there, None where there is none that can be read."""
    try:
        return Routing.model_validate_json(_read(path))
    except ValidationError:
        return None


def _document(routing: Routing) -> bytes:
    document = routing.model_dump(mode="json", exclude_defaults=True)
    return (json.dumps(document, indent=2, sort_keys=True) + "\n").encode()


def _after(path: Path, version: int) -> int:
    if version >= _HIGHEST:
        raise NoHigherVersion(
            "its version is the highest there is",
            place=str(path),
            cure="Remove it with its .published file and restart the gateways.",
        )
    return version + 1


def _record(path: Path) -> Record | None:
    try:
        return Record.model_validate_json(_read(_beside(path, "published")))
    except ValidationError:
        return None


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(f"{path.name}.{suffix}")
