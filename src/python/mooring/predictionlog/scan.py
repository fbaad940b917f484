"""Reading the frames of one file: whole ones only, and where it stops being what was written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from mooring.predictionlog.errors import BrokenFrame, DamagedSegment, UnreadableLog
from mooring.predictionlog.frames import MAGIC, Frame, Kind, read_frames


@dataclass(frozen=True)
class Found:
    """What a file holds: whole frames up to byte `intact` of `size`, and how it ends."""

    frames: int
    rows: int
    intact: int
    size: int
    sealed: bool
    problem: str = ""
    cut: int = 0


def frames_in(path: Path) -> Iterator[tuple[int, Frame]]:
    """The whole frames of a file, each with the byte it begins at.

    Raises DamagedSegment where they end before the file does, FileNotFoundError, UnreadableLog.
    """
    try:
        with path.open("rb") as file:
            if file.read(len(MAGIC)) != MAGIC:
                raise DamagedSegment(path, 0, f"it does not begin with {MAGIC.decode()}")
            offset = len(MAGIC)
            try:
                for frame in read_frames(file.read):
                    yield offset, frame
                    offset += frame.size
            except BrokenFrame as error:
                raise DamagedSegment(path, offset, error.problem) from None
    except FileNotFoundError:  # deleted meanwhile, which readers pass over
        raise
    except OSError as error:
        raise _unreadable(path, error) from None


def sealed_frames(path: Path) -> Iterator[Frame]:
    """The contexts and rows of a sealed segment. Raises DamagedSegment for any byte amiss."""
    count = rows = 0
    end = None
    offset = len(MAGIC)
    for offset, frame in frames_in(path):
        if end is not None:
            raise DamagedSegment(path, offset, "something follows its last frame")
        if frame.kind is Kind.END:
            end = frame
            continue
        count, rows = count + 1, rows + frame.rows
        yield frame
    if end is None:
        raise DamagedSegment(path, path.stat().st_size, "it ends without its last frame")
    if (count, rows) != (_told(end, "frames"), end.rows):
        raise DamagedSegment(path, offset, "frames are missing")


def examine(path: Path) -> Found:
    """Look through a file and say what it holds; damage is told, not raised."""
    frames = rows = cut = 0
    intact, sealed, problem = 0, False, ""
    try:
        for offset, frame in frames_in(path):
            intact = offset + frame.size
            sealed = frame.kind is Kind.END
            frames, rows = frames + (not sealed), rows + (0 if sealed else frame.rows)
            cut = _told(frame, "cut") if sealed else 0
        intact = intact or min(len(MAGIC), path.stat().st_size)
    except DamagedSegment as error:
        intact, problem = error.offset, error.problem
    return Found(frames, rows, intact, path.stat().st_size, sealed, problem, cut)


def _told(end: Frame, name: str) -> int:
    facts: dict[str, Any] = orjson.loads(end.payload)
    return int(facts[name])


def _unreadable(path: Path, error: OSError) -> UnreadableLog:
    problem = error.strerror or type(error).__name__
    return UnreadableLog(problem, place=str(path), cure="Look at its permissions.")
