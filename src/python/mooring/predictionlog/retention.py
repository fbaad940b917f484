"""Retention: what is too old, or more than there is room for, goes; the oldest first."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mooring.predictionlog.layout import SegmentName, locked, segments


@dataclass(frozen=True)
class Keep:
    """How long and how much is kept of one model by one gateway, of predictions and of labels each.

    Defaults for a gateway whose log nobody fetches: a monitor deletes what it has taken over long
    before. A gigabyte is about five million predictions of a dozen features.
    """

    seconds: float = 30 * 86_400.0
    bytes: int = 1 << 30


def retain(folder: Path, keep: Keep, now: float) -> list[Path]:
    """Delete the sealed segments that are not to be kept; gives what was deleted.

    `now` is in seconds since the epoch. Segments that are open are left alone, and so is the newest
    that is young enough, however large. Raises OSError.
    """
    if not folder.is_dir():
        return []
    with locked(folder):
        condemned = _condemned(segments(folder), keep, now)
        for path in condemned:
            path.unlink(missing_ok=True)
    return condemned


def delete(path: Path) -> None:
    """Delete a sealed segment: what was read from it is safe elsewhere. Raises OSError."""
    with locked(path.parent):
        path.unlink(missing_ok=True)


def _condemned(paths: list[Path], keep: Keep, now: float) -> list[Path]:
    condemned, room = [], keep.bytes
    for number, path in enumerate(reversed(paths)):
        size = path.stat().st_size
        room -= size
        if _age(path, now) > keep.seconds or (room < 0 and number):
            condemned.append(path)
    return condemned[::-1]


def _age(path: Path, now: float) -> float:
    name = SegmentName.of(path)
    return now - name.opened / 1_000 if name else 0.0
