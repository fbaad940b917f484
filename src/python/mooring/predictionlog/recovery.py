"""Recovery: sealing what a writer that died left open. Whole records stay, a torn tail is cut."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mooring.predictionlog.errors import DamagedSegment
from mooring.predictionlog.files import Files, sync_folder
from mooring.predictionlog.frames import Frame, Kind
from mooring.predictionlog.layout import ASIDE, OPEN, SEALED, locked, segments, take
from mooring.predictionlog.scan import frames_in
from mooring.predictionlog.segment import write_sealed


@dataclass(frozen=True)
class Recovered:
    """One segment that was found open: its rows, its last sequence number, what was torn off."""

    path: Path
    rows: int
    last: int
    cut: int  # bytes


def recover(folder: Path, files: Files) -> list[Recovered]:
    """Seal the open segments of a folder that no living writer holds.

    Raises OSError; what was not sealed stays open, for the next attempt.
    """
    done = []
    for path in segments(folder, OPEN):
        found = _recover_unless_held(path, files)
        if found is not None:
            done.append(found)
    return done


def sweep(folder: Path) -> None:
    """Remove what a rewrite left that was killed."""
    if folder.is_dir() and any(folder.glob(f"{ASIDE}*")):
        with locked(folder):
            for path in folder.glob(f"{ASIDE}*{SEALED}"):
                path.unlink(missing_ok=True)


def _recover_unless_held(path: Path, files: Files) -> Recovered | None:
    try:
        handle = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return None
    try:
        # Somebody may have sealed it between the listing and the lock.
        return _recover(path, files) if take(handle) and path.exists() else None
    finally:
        os.close(handle)


def _recover(path: Path, files: Files) -> Recovered:
    """Copy what is whole: pages that a failed sync left behind are not trusted to be on disk."""
    whole = _Whole(path)
    sealed = path.with_suffix(SEALED)
    # Twice, because the number of torn bytes stands at the end of what is written.
    for _ in whole.frames():
        pass
    if whole.rows:
        write_sealed(files, sealed, whole.frames(), whole.cut)
    path.unlink()
    sync_folder(path.parent)
    return Recovered(sealed, whole.rows, whole.last, whole.cut)


class _Whole:
    """The whole frames of an open segment, and what was seen after reading them."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.rows = self.last = self.cut = 0

    def frames(self) -> Iterator[Frame]:
        self.rows = self.last = 0
        try:
            for _, frame in frames_in(self._path):
                # One that was about to be sealed.
                if frame.kind is Kind.END:
                    return
                self.rows += frame.rows
                self.last = max(self.last, frame.sequence)
                yield frame
        except DamagedSegment as error:
            self.cut = self._path.stat().st_size - error.offset
