"""Segments that wait, groups of them for one commit, and what becomes of one that was taken."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from mooring.monitor.tables.claims import Taken
from mooring.monitor.tables.layout import Tables
from mooring.monitor.tables.rows import Gathered
from mooring.predictionlog.context import Log
from mooring.predictionlog.errors import DamagedSegment, UnreadableLog
from mooring.predictionlog.files import Disk
from mooring.predictionlog.layout import (
    OPEN,
    SEALED,
    SegmentName,
    gateways,
    locked,
    log_folder,
    segments,
)
from mooring.predictionlog.reader import read_segment
from mooring.predictionlog.recovery import recover
from mooring.predictionlog.retention import delete

Outcome = Literal["read", "cut_short", "damaged", "gone"]

# One that nobody wrote to for an hour, nor holds, is of a gateway that never came back.
_ABANDONED_SECONDS = 3_600.0


class SegmentRefused(Exception):
    """The file system does not let us read it, or no longer."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.path = path


@dataclass(frozen=True)
class Waiting:
    """A sealed segment on disk."""

    path: Path
    bytes: int

    @property
    def opened(self) -> float:
        """When its first record came, in seconds since the epoch, by its gateway's clock."""
        name = SegmentName.of(self.path)
        return name.opened / 1_000 if name else 0.0

    def taken(self, *, damaged: bool) -> Taken:
        """What a claim says of it."""
        return Taken(gateway=self.path.parent.name, name=self.path.name, damaged=damaged)


def waiting(tables: Tables, log: Log, taken: Collection[Taken]) -> list[Waiting]:
    """The sealed segments of all gateways that are not taken yet, oldest first.

    One beside which the open file of the same name lies is passed over: its recovery was killed
    and will write it again.
    """
    found = []
    known = {(segment.gateway, segment.name) for segment in taken}
    for folder in gateways(tables.log, log, tables.model):
        for path in segments(folder):
            if (folder.name, path.name) in known:
                continue
            with suppress(FileNotFoundError):
                size = path.stat().st_size
                if not path.with_suffix(OPEN).exists():
                    found.append(Waiting(path, size))
    return sorted(found, key=lambda segment: (segment.path.name, segment.path))


def seal_abandoned(tables: Tables, log: Log) -> None:
    """Seal what dead gateways left open; where the disk refuses, it stays open."""
    oldest = time.time() - _ABANDONED_SECONDS
    for folder in gateways(tables.log, log, tables.model):
        if any(_older(path, oldest) for path in segments(folder, OPEN)):
            with suppress(OSError):
                recover(folder, Disk())


def grouped(found: Iterable[Waiting], most_bytes: int) -> Iterator[list[Waiting]]:
    """Runs of segments of up to so many bytes together, at least one in each."""
    group: list[Waiting] = []
    size = 0
    for segment in found:
        if group and size + segment.bytes > most_bytes:
            yield group
            group, size = [], 0
        group.append(segment)
        size += segment.bytes
    if group:
        yield group


def read(path: Path, gathered: Gathered) -> Outcome:
    """Gather every whole record of a segment.

    `cut_short` has whole records and then something else, `damaged` nothing whole; `gone` was
    deleted meanwhile, by its gateway's retention. Raises SegmentRefused, when some of its records
    may have been gathered.
    """
    before = gathered.rows
    try:
        for records in read_segment(path):
            gathered.take(records)
    except DamagedSegment:
        return "damaged" if gathered.rows == before else "cut_short"
    except FileNotFoundError:
        return "gone" if gathered.rows == before else "cut_short"
    except UnreadableLog:
        raise SegmentRefused(path) from None
    return "read"


def put_away(tables: Tables, log: Log, taken: Sequence[Taken]) -> list[Taken]:
    """Delete segments that are in the table, move damaged ones aside; gives those still there."""
    return [segment for segment in taken if not _put_away(tables, log, segment)]


def _put_away(tables: Tables, log: Log, segment: Taken) -> bool:
    path = log_folder(tables.log, log, tables.model, segment.gateway) / segment.name
    try:
        if path.exists():
            _move_aside(tables, log, path) if segment.damaged else delete(path)
    except OSError:
        return False
    return True


def _move_aside(tables: Tables, log: Log, path: Path) -> None:
    tables.damaged.mkdir(parents=True, exist_ok=True)
    aside = tables.damaged / f"{log}-{path.parent.name}-{path.stem}{SEALED}"
    with locked(path.parent):
        # The log may lie on another file system than the tables. With its times: it is kept as long
        # as the days in which it was written.
        shutil.copy2(path, aside)
        with aside.open("rb") as file:
            os.fsync(file.fileno())
        path.unlink()


def _older(path: Path, oldest: float) -> bool:
    with suppress(FileNotFoundError):
        return path.stat().st_mtime < oldest
    return False
