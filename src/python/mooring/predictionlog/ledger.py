"""The ledger: accepted = written + dropped + queued, exactly, for every stream at every moment."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from mooring.predictionlog.entries import Stream

# full: as many records wait as may wait; large: as many bytes; refused: the same while the disk
# refuses; closing: not durable when the time to stop was over; fault: they cannot be encoded.
Reason = Literal["full", "large", "refused", "closing", "fault"]
REASONS: tuple[Reason, ...] = get_args(Reason)


@dataclass(frozen=True)
class Bounds:
    """How much may wait. Twenty seconds of five thousand small requests a second."""

    records: int = 100_000
    bytes: int = 64 * 1_048_576


@dataclass(frozen=True)
class Count:
    """Records of one stream."""

    accepted: int = 0
    written: int = 0
    queued: int = 0
    dropped: Mapping[Reason, int] = field(default_factory=dict)


@dataclass
class _Tally:
    accepted: int = 0
    written: int = 0
    queued: int = 0
    dropped: dict[Reason, int] = field(default_factory=lambda: dict.fromkeys(REASONS, 0))


class Ledger:
    """Counts records as they come and go, and says what there is room for.

    Its lock is held for a few additions at a time, never while anything waits.
    """

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._lock = threading.Lock()
        self._tallies: dict[Stream, _Tally] = {}
        self._records = 0
        self._bytes = 0
        self._closed = False
        # Whether the disk refuses: then that is why there is no room.
        self.refused = False

    def offer(self, stream: Stream, rows: int, size: int) -> bool:
        """Count records that somebody offers; False when they are dropped at once."""
        with self._lock:
            tally = self._tally(stream)
            tally.accepted += rows
            reason = self._lack(rows, size)
            if reason is not None:
                tally.dropped[reason] += rows
                return False
            tally.queued += rows
            self._records += rows
            self._bytes += size
            return True

    def close(self) -> None:
        """From now on everything that is offered is dropped."""
        with self._lock:
            self._closed = True

    def resize(self, before: int, after: int) -> None:
        """What waits takes so many bytes now."""
        with self._lock:
            self._bytes += after - before

    def write(self, stream: Stream, rows: int, size: int) -> None:
        """Records are durable."""
        with self._lock:
            self._tally(stream).written += rows
            self._leave(stream, rows, size)

    def drop(self, stream: Stream, rows: int, size: int, reason: Reason) -> None:
        """Records that waited will not be written."""
        with self._lock:
            self._tally(stream).dropped[reason] += rows
            self._leave(stream, rows, size)

    def counts(self) -> dict[Stream, Count]:
        """All counts of one moment."""
        with self._lock:
            return {
                stream: Count(t.accepted, t.written, t.queued, dict(t.dropped))
                for stream, t in self._tallies.items()
            }

    @property
    def waiting(self) -> int:
        """Records that are neither written nor dropped."""
        return self._records

    @property
    def bytes(self) -> int:
        """What they take, in bytes."""
        return self._bytes

    def _tally(self, stream: Stream) -> _Tally:
        return self._tallies.setdefault(stream, _Tally())

    def _lack(self, rows: int, size: int) -> Reason | None:
        if self._closed:
            return "closing"
        if self._records + rows > self._bounds.records:
            return "refused" if self.refused else "full"
        if self._bytes + size > self._bounds.bytes:
            return "refused" if self.refused else "large"
        return None

    def _leave(self, stream: Stream, rows: int, size: int) -> None:
        self._tallies[stream].queued -= rows
        self._records -= rows
        self._bytes -= size
