"""One pass over the prediction log of a model: what waits goes into the tables, exactly once.

Segments are taken in groups of bounded size, each group in one Delta commit (see `claims`), and
deleted after it. Whatever ends a pass early, a kill, a full disk, leaves whole groups committed and
the others where they were, for the next pass.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from mooring.monitor.tables.arrivals import arrived
from mooring.monitor.tables.claims import (
    LOGS,
    Ledger,
    Taken,
    read_ledger,
    write_ledger,
)
from mooring.monitor.tables.counts import Collected, Counts, collected
from mooring.monitor.tables.delta import DAY, commit, tidy
from mooring.monitor.tables.layout import Tables, held
from mooring.monitor.tables.parts import Parts, sweep, writing
from mooring.monitor.tables.refusals import refusals
from mooring.monitor.tables.rows import Gathered, GatheredLabels, GatheredPredictions
from mooring.monitor.tables.segments import (
    SegmentRefused,
    Waiting,
    grouped,
    put_away,
    read,
    seal_abandoned,
    waiting,
)
from mooring.predictionlog.context import Log

# Three days: what a label may take before it counts as late.
HORIZON_SECONDS = 259_200.0


@dataclass(frozen=True)
class Limits:
    """What one commit may hold, which is what a pass holds in memory.

    64 MiB of segments are about 190,000 predictions of a dozen features that came one by one;
    the rows bound those that came in hundreds.
    """

    segment_bytes: int = 64 * 1_048_576
    # Labels of one commit are judged together.
    label_bytes: int = 16 * 1_048_576
    rows: int = 262_144

    def bytes_of(self, log: Log) -> int:
        """What one commit of a log may take from it."""
        return self.segment_bytes if log == "predictions" else self.label_bytes


def collect(
    tables: Tables,
    *,
    horizon_seconds: float = HORIZON_SECONDS,
    limits: Limits | None = None,
    now: Callable[[], float] = time.time,
) -> Collected:
    """Take over what waits in the log. A label is late `horizon_seconds` after its prediction.

    Predictions go first, so that labels of the same pass find theirs. Raises TablesBusy,
    TablesUnwritable; what was committed by then stays, and the next pass goes on behind it.
    """
    with held(tables), refusals(tables):
        sweep(tables)
        passes = [_Pass(tables, log, limits or Limits(), horizon_seconds) for log in LOGS]
        for each in passes:
            each.run()
        return collected(
            sum((each.found for each in passes), Counts()),
            sum((each.ledger.totals for each in passes), Counts()),
            frozenset(day for each in passes for day in each.ledger.unsettled),
            max((now() - segment.opened for each in passes for segment in each.left()), default=0),
        )


class _Pass:
    """The pass over one of the logs."""

    def __init__(self, tables: Tables, log: Log, limits: Limits, horizon_seconds: float) -> None:
        self._tables = tables
        self._log = log
        self._limits = limits
        self._horizon = horizon_seconds
        self.ledger = Ledger()
        self.found = Counts()

    def run(self) -> None:
        found = self.ledger = read_ledger(self._tables, self._log)
        self._put_away(found.left)
        seal_abandoned(self._tables, self._log)
        for group in grouped(self.left(), self._limits.bytes_of(self._log)):
            self._take(group)
        if self.ledger != found:
            write_ledger(self._tables, self._log, self.ledger)

    def left(self) -> list[Waiting]:
        """What has not been taken over yet."""
        return waiting(self._tables, self._log, self.ledger.left)

    def _take(self, group: list[Waiting]) -> None:
        """Take a group, again without a segment that cannot be read: it may show halfway."""
        while group:
            try:
                self._commit(group)
                return
            except SegmentRefused as refused:
                self.found += Counts(segments={"refused": 1})
                group = [segment for segment in group if segment.path != refused.path]

    def _commit(self, group: list[Waiting]) -> None:
        table = self._tables.of(self._log)
        with writing(self._tables, table) as parts:
            reading = _Reading(self._tables, self._log, self._limits.rows, parts, self._horizon)
            segments = reading.run(group)
            if not segments:
                return
            ledger, claim = self.ledger.claiming(segments, reading.days, reading.counts)
            write_ledger(self._tables, self._log, ledger)
            commit(table, parts.added, parts.columns, transaction=claim.number)
        self.ledger = ledger.after(claim.number)
        self.found += claim.counts
        self._put_away(claim.segments)
        tidy(table)

    def _put_away(self, segments: Sequence[Taken]) -> None:
        left = put_away(self._tables, self._log, segments)
        self.ledger = self.ledger.still_left(left)


class _Reading:
    """Records of a group of segments on their way into parts."""

    def __init__(
        self, tables: Tables, log: Log, most_rows: int, parts: Parts, horizon_seconds: float
    ) -> None:
        self._tables = tables
        self._most_rows = most_rows
        self._parts = parts
        self._horizon = horizon_seconds
        self._gathered: Gathered = (
            GatheredPredictions() if log == "predictions" else GatheredLabels()
        )
        self._labels = log == "feedback"
        self.counts = Counts()
        self.days: set[date] = set()

    def run(self, group: list[Waiting]) -> tuple[Taken, ...]:
        """Write the parts; gives what was read. Raises UnreadableLog."""
        taken = []
        outcomes: Counter[str] = Counter()
        for segment in group:
            outcome = read(segment.path, self._gathered)
            if outcome == "gone":
                continue
            taken.append(segment.taken(damaged=outcome != "read"))
            outcomes["refused" if outcome == "damaged" else outcome] += 1
            if self._gathered.rows >= self._most_rows and not self._labels:
                self._flush()
        self._flush()
        self.counts += Counts(segments=dict(outcomes))
        return tuple(taken)

    def _flush(self) -> None:
        for frame in self._gathered.frames():
            self._study(frame)
            self._parts.write(frame)

    def _study(self, frame: pl.DataFrame) -> None:
        if self._labels:
            counts, days = arrived(self._tables, frame, self._horizon)
        else:
            counts = Counts(predictions=len(frame))
            days = frozenset(frame[DAY].drop_nulls().unique().to_list())
        self.counts += counts
        self.days |= days
