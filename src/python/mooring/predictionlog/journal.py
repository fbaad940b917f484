"""The journal: frames in, segments out, one open file for each model and log.

A frame that is durable is not written again, whoever sends it again: sequence numbers of one
gateway process rise, and the last one of each open segment is known, also of a recovered one.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mooring.predictionlog.context import context_of
from mooring.predictionlog.files import Files
from mooring.predictionlog.frames import Frame, Kind
from mooring.predictionlog.layout import SegmentName, log_folder
from mooring.predictionlog.recovery import Recovered, recover, sweep
from mooring.predictionlog.retention import Keep, retain
from mooring.predictionlog.segment import OpenSegment

_log = logging.getLogger(__name__)

_LOGS = ("predictions", "feedback")


@dataclass(frozen=True)
class Rotation:
    """When a segment is sealed: at this size, or when it is that old."""

    most_bytes: int = 16 * 1_048_576
    most_seconds: float = 60.0


@dataclass(frozen=True)
class Owner:
    """Who writes: the gateway's name, and this process of it (8 hex digits)."""

    gateway: str
    process: str


class Clock:
    """Both kinds of time, from the functions that tell them."""

    def __init__(self, wall: Callable[[], float], monotonic: Callable[[], float]) -> None:
        self.wall = wall
        self.monotonic = monotonic


class Journal:
    """All segments that one gateway process has open."""

    def __init__(
        self, home: Path, owner: Owner, files: Files, clock: Clock,
        rotation: Rotation | None = None, keep: Keep | None = None,
    ) -> None:  # fmt: skip
        self._home = home
        self._owner = owner
        self._files = files
        self._clock = clock
        self._rotation = rotation or Rotation()
        self._keep = keep or Keep()
        self._contexts: dict[int, Frame] = {}
        self._folders: dict[int, Path] = {}
        self._open: dict[Path, OpenSegment] = {}
        self._durable: dict[Path, int] = {}

    def recover(self) -> None:
        """Seal what a former writer of this gateway left open. Raises OSError."""
        for log in _LOGS:
            for folder in sorted((self._home / log).glob(f"*/{self._owner.gateway}")):
                sweep(folder)
                for found in recover(folder, self._files):
                    _log.warning("segment recovered", extra=_told(found))
                    name = SegmentName.of(found.path)
                    if name is not None and name.process == self._owner.process:
                        self._durable[folder] = max(self._durable.get(folder, 0), found.last)

    def append(self, frames: Sequence[Frame]) -> None:
        """Make frames durable, in order. Raises OSError, then append the same ones again."""
        new: dict[Path, list[Frame]] = {}
        for frame in frames:
            if frame.kind is Kind.CONTEXT:
                self._learn(frame)
                continue
            folder = self._folders[frame.context]
            if frame.sequence > self._durable.get(folder, 0):
                new.setdefault(folder, []).append(frame)
        for folder, rows in new.items():
            self._segment(folder, rows[0]).append(rows, self._contexts)
            self._durable[folder] = rows[-1].sequence

    def seal_due(self) -> None:
        """Seal what is large or old enough, delete what is not to be kept. Raises OSError."""
        for folder, segment in list(self._open.items()):
            age = self._clock.monotonic() - segment.opened
            if segment.bytes >= self._rotation.most_bytes or age >= self._rotation.most_seconds:
                self._seal(folder, segment)

    def close(self) -> None:
        """Seal everything. Raises OSError; what could not be sealed is recovered by the next."""
        for folder, segment in list(self._open.items()):
            self._seal(folder, segment)

    def abandon(self) -> None:
        """Let go of everything as it is, as a writer does that is killed."""
        for segment in self._open.values():
            segment.abandon()

    def _learn(self, frame: Frame) -> None:
        context = context_of(frame)
        self._contexts[frame.context] = frame
        self._folders[frame.context] = log_folder(
            self._home, context.log, context.model, self._owner.gateway
        )

    def _segment(self, folder: Path, first: Frame) -> OpenSegment:
        if folder not in self._open:
            opened = int(self._clock.wall() * 1_000)
            name = SegmentName(opened, self._owner.process, first.sequence)
            self._open[folder] = OpenSegment.create(
                self._files, folder, name, self._clock.monotonic()
            )
        return self._open[folder]

    def _seal(self, folder: Path, segment: OpenSegment) -> None:
        segment.seal()
        del self._open[folder]
        for path in retain(folder, self._keep, self._clock.wall()):
            _log.info("segment deleted", extra={"facts": {"path": str(path)}})


def _told(found: Recovered) -> dict[str, object]:
    return {"facts": {"path": str(found.path), "records": found.rows, "torn_bytes": found.cut}}
