"""Erasing records by the ids of their predictions, from predictions and labels alike.

A segment that holds one is written anew without it, in one step: who reads meanwhile sees the old
one or the new one, whole. What a gateway has still open is not searched; it is sealed within its
`segment_seconds`, and what was not searched is told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from mooring.predictionlog.context import Context, Log, context_of
from mooring.predictionlog.errors import DamagedSegment, UnreadableLog
from mooring.predictionlog.files import Disk, Files
from mooring.predictionlog.frames import Frame, Kind
from mooring.predictionlog.layout import OPEN, gateways, locked, segments
from mooring.predictionlog.reader import read_segment
from mooring.predictionlog.records import records_of
from mooring.predictionlog.recovery import recover
from mooring.predictionlog.scan import sealed_frames
from mooring.predictionlog.segment import write_sealed

_LOGS: tuple[Log, ...] = ("predictions", "feedback")


@dataclass(frozen=True)
class Erased:
    """How many records are gone, and which files could not be searched."""

    predictions: int
    labels: int
    rewritten: tuple[Path, ...]
    open: tuple[Path, ...]
    damaged: tuple[Path, ...]


def erase(home: Path, model: str, names: Iterable[str], files: Files | None = None) -> Erased:
    """Erase all records of these predictions of a model.

    Raises UnreadableLog when the disk refuses; what was rewritten by then stays so.
    """
    files = files or Disk()
    wanted = set(names)
    found = _Found()
    for log in _LOGS:
        for folder in gateways(home, log, model):
            try:
                _erase_in(folder, log, wanted, files, found)
            except OSError as error:
                raise _refused(folder, error) from None
    return found.erased()


@dataclass
class _Found:
    """What has been found and done so far."""

    gone: Counter[Log] = field(default_factory=Counter)
    rewritten: list[Path] = field(default_factory=list)
    open: list[Path] = field(default_factory=list)
    damaged: list[Path] = field(default_factory=list)

    def erased(self) -> Erased:
        """The same as an answer."""
        return Erased(
            self.gone["predictions"],
            self.gone["feedback"],
            tuple(self.rewritten),
            tuple(self.open),
            tuple(self.damaged),
        )


def _erase_in(folder: Path, log: Log, names: set[str], files: Files, found: _Found) -> None:
    recover(folder, files)
    found.open += segments(folder, OPEN)
    for path in segments(folder):
        try:
            count = _erase_from(path, names, files)
        except DamagedSegment:
            found.damaged.append(path)
            continue
        if count:
            found.gone[log] += count
            found.rewritten.append(path)


def _erase_from(path: Path, names: set[str], files: Files) -> int:
    """Rewrite one segment; gives how many records it lost."""
    with locked(path.parent):
        try:
            found = sum(len(names.intersection(records.ids)) for records in read_segment(path))
        except FileNotFoundError:
            return 0
        if found:
            write_sealed(files, path, _without(path, names))
    return found


def _without(path: Path, names: set[str]) -> Iterator[Frame]:
    contexts: dict[int, Context] = {}
    for frame in sealed_frames(path):
        if frame.kind is Kind.CONTEXT:
            contexts[frame.context] = context_of(frame)
            yield frame
            continue
        records = records_of(frame, contexts[frame.context])
        kept = [row for row, name in enumerate(records.ids) if name not in names]
        if len(kept) == frame.rows:
            yield frame
        elif kept:
            payload = records.only(kept).payload()
            yield Frame(Kind.ROWS, payload, frame.sequence, frame.context, len(kept))


def _refused(folder: Path, error: OSError) -> UnreadableLog:
    problem = error.strerror or type(error).__name__
    return UnreadableLog(problem, place=str(folder), cure="Make room or look at its permissions.")
