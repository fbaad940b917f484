"""Exactly once: what a commit takes over is written down before it, and read again after a crash.

A claim names segments and the number of a Delta transaction. It lies on disk before the commit, and
the commit carries the number, so the table itself says whether the claim was fulfilled:

    write parts -> claim N -> Delta commit with transaction N -> delete the segments

Killed before the commit, the table knows no N: the segments are read again, as if nothing had been.
Killed after it, the table knows N: they are deleted unread.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from mooring.bundle.atomic import write_file
from mooring.monitor.tables.counts import Counts
from mooring.monitor.tables.delta import transaction_of
from mooring.monitor.tables.errors import TablesUnwritable
from mooring.monitor.tables.layout import Tables, held
from mooring.predictionlog.context import Log

LOGS: tuple[Log, ...] = ("predictions", "feedback")


class _Document(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Taken(_Document):
    """A segment whose records are in the table, or will be by the commit that claims it."""

    gateway: str
    name: str
    damaged: bool = False


class Claim(_Document):
    """What the transaction of that number brings into the table."""

    number: int
    segments: tuple[Taken, ...]
    days: tuple[date, ...]
    counts: Counts


class Ledger(_Document):
    """What has been taken over of one log.

    `number` is the table's last transaction; `left` are segments that are in the table and perhaps
    still on disk; `unsettled` are days of events whose change nobody has dealt with.
    """

    format: Literal[1] = 1
    number: int = 0
    left: tuple[Taken, ...] = ()
    unsettled: tuple[date, ...] = ()
    totals: Counts = Counts()
    claim: Claim | None = None

    def after(self, transaction: int) -> Ledger:
        """The ledger when the table's last transaction is known."""
        claim = self.claim
        if claim is None or transaction < claim.number:
            return self.model_copy(update={"number": transaction, "claim": None})
        return Ledger(
            number=transaction,
            left=self.left + claim.segments,
            unsettled=tuple(sorted({*self.unsettled, *claim.days})),
            totals=self.totals + claim.counts,
        )

    def claiming(
        self, segments: tuple[Taken, ...], days: Iterable[date], counts: Counts
    ) -> tuple[Ledger, Claim]:
        """The ledger that is written before the next commit, and what it claims."""
        claim = Claim(
            number=self.number + 1, segments=segments, days=tuple(sorted(days)), counts=counts
        )
        return self.model_copy(update={"claim": claim}), claim

    def still_left(self, left: Iterable[Taken]) -> Ledger:
        """The ledger when only these segments are still on disk."""
        return self.model_copy(update={"left": tuple(left)})

    def without(self, days: Iterable[date]) -> Ledger:
        """The ledger when these days have been dealt with."""
        gone = set(days)
        kept = tuple(day for day in self.unsettled if day not in gone)
        return self.model_copy(update={"unsettled": kept})


def read_ledger(tables: Tables, log: Log) -> Ledger:
    """The ledger of one log, its claim judged by the table. Raises TablesUnwritable."""
    path = tables.claim(log)
    try:
        ledger = Ledger.model_validate_json(path.read_bytes()) if path.exists() else Ledger()
    except ValidationError:
        raise _unreadable(path) from None
    return ledger.after(transaction_of(tables.of(log)))


def write_ledger(tables: Tables, log: Log, ledger: Ledger) -> None:
    """Write it down in one step that survives a power cut. Raises OSError."""
    write_file(tables.claim(log), ledger.model_dump_json().encode(), aside_in=tables.folder)


def settle(tables: Tables, days: Iterable[date]) -> None:
    """Say that the changes of these days, as `collect` told them, have been dealt with.

    Until then every pass tells them again: a monitor that is killed between a commit and its own
    sums finds them when it is back. Raises TablesBusy, OSError.
    """
    settled = tuple(days)
    with held(tables):
        for log in LOGS:
            ledger = read_ledger(tables, log)
            if set(settled) & set(ledger.unsettled):
                write_ledger(tables, log, ledger.without(settled))


def unsettled(tables: Tables) -> frozenset[date]:
    """The days of events that changed and were not dealt with."""
    return frozenset(day for log in LOGS for day in read_ledger(tables, log).unsettled)


def _unreadable(path: Path) -> TablesUnwritable:
    return TablesUnwritable(
        "it is not what this version writes",
        place=str(path),
        cure="Restore it from a copy. Without it, segments that are in the table already would be"
        " taken over again: remove those first, then the file.",
    )
