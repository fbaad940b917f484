"""Writing one segment: append and sync, seal by a last frame, fsync and rename.

What is appended is durable when `append` returns. When it raises, the same frames are to be
appended again: what the refusal left of them is cut off first.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import orjson

from mooring.predictionlog.files import Files, sync_folder
from mooring.predictionlog.frames import MAGIC, Frame, Kind
from mooring.predictionlog.layout import OPEN, SEALED, SegmentName, take

# What people sent stands in it: nobody else's to read, but a monitor's of the same group.
MODE = 0o640


class OpenSegment:
    """A file that one writer appends to, locked while it does."""

    def __init__(self, files: Files, path: Path, handle: int, opened: float) -> None:
        self._files = files
        self._path = path
        self._handle = handle
        self.opened = opened  # monotonic seconds
        self.bytes = 0
        self.rows = 0
        self._frames = 0
        self._contexts: set[int] = set()
        self._refused = False

    @classmethod
    def create(cls, files: Files, folder: Path, name: SegmentName, opened: float) -> OpenSegment:
        """Create and lock the file. Raises OSError."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{name}{OPEN}"
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, MODE)
        segment = cls(files, path, handle, opened)
        try:
            if not take(handle):
                raise BlockingIOError(f"somebody else took {path}")
            segment._write(MAGIC)
            sync_folder(folder)
        except OSError:
            path.unlink(missing_ok=True)
            os.close(handle)
            raise
        return segment

    def append(self, frames: Sequence[Frame], contexts: Mapping[int, Frame]) -> None:
        """Append rows, each after its context. Raises OSError, then append them again."""
        parts, new = [], set[int]()
        for frame in frames:
            if frame.context not in self._contexts | new:
                new.add(frame.context)
                parts.append(contexts[frame.context])
            parts.append(frame)
        self._write(b"".join(part.encode() for part in parts))
        self._contexts |= new
        self._frames += len(parts)
        self.rows += sum(frame.rows for frame in frames)

    def seal(self) -> Path:
        """Give the file its last frame and its final name; nothing is appended afterwards.

        Raises OSError, then it is still open.
        """
        end = end_frame(self._frames, self.rows).encode()
        self._write(end)
        sealed = self._path.with_suffix(SEALED)
        try:
            os.rename(self._path, sealed)
        except OSError:
            self.bytes -= len(end)
            self._refused = True
            raise
        os.close(self._handle)
        sync_folder(sealed.parent)
        return sealed

    def abandon(self) -> None:
        """Let go of the file as it is: whoever finds it next seals it."""
        os.close(self._handle)

    def _write(self, content: bytes) -> None:
        if self._refused:
            # Back to what was durable. It is all written anew, not only synced again: after a sync
            # that failed, pages count as clean although no disk has them.
            os.ftruncate(self._handle, self.bytes)
        self._refused = True
        self._files.write(self._handle, content)
        self._files.sync(self._handle)
        self._refused = False
        self.bytes += len(content)


def end_frame(frames: int, rows: int, cut: int = 0) -> Frame:
    """The last frame of a sealed segment: without it, one that lost its tail would look whole.

    `cut` is the number of bytes that a crash had torn.
    """
    return Frame(Kind.END, orjson.dumps({"frames": frames, "cut": cut}), rows=rows)


def write_sealed(files: Files, path: Path, frames: Iterable[Frame], cut: int = 0) -> int:
    """Write a sealed segment in one step, in place of one of that name; gives its rows.

    Raises OSError, then nothing has changed.
    """
    aside = path.with_name(f".writing-{path.name}")
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, MODE)
    try:
        files.write(handle, MAGIC)
        count = rows = 0
        for frame in frames:
            files.write(handle, frame.encode())
            count += 1
            rows += frame.rows
        files.write(handle, end_frame(count, rows, cut).encode())
        files.sync(handle)
        os.replace(aside, path)
    finally:
        os.close(handle)
        aside.unlink(missing_ok=True)
    sync_folder(path.parent)
    return rows
