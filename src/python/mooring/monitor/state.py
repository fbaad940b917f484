"""What the monitor remembers: days as they were counted, what was judged of them, and of whom.

A step is one transaction. A day's entry is replaced by a later count of the same day; a judgement
of a window is made once and stays, together with the evidence that it led to. So a monitor that is
killed at any moment and started again does the same step again, and nothing twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

from mooring.monitor.database import Database

# What is judged: a window of days by what came in, a cohort of them by what came true.
Kind = Literal["window", "cohort"]
KINDS: tuple[Kind, ...] = ("window", "cohort")

_VERSION = 1
_SCHEMA = """
CREATE TABLE summaries (
    model TEXT NOT NULL, version INTEGER NOT NULL, day TEXT NOT NULL, summary BLOB NOT NULL,
    PRIMARY KEY (model, version, day)
) WITHOUT ROWID;
CREATE TABLE facts (
    model TEXT NOT NULL, day TEXT NOT NULL, facts BLOB NOT NULL,
    PRIMARY KEY (model, day)
) WITHOUT ROWID;
CREATE TABLE judgements (
    number INTEGER PRIMARY KEY,
    model TEXT NOT NULL, version INTEGER NOT NULL, kind TEXT NOT NULL, start TEXT NOT NULL,
    "end" TEXT NOT NULL, reign INTEGER NOT NULL, body BLOB NOT NULL, evidence BLOB NOT NULL,
    UNIQUE (model, version, kind, start)
);
CREATE TABLE reigns (
    model TEXT NOT NULL, number INTEGER NOT NULL, version INTEGER NOT NULL, bundle TEXT NOT NULL,
    since REAL NOT NULL, first TEXT,
    PRIMARY KEY (model, number)
) WITHOUT ROWID;
CREATE TABLE moments (
    model TEXT NOT NULL, name TEXT NOT NULL, seconds REAL NOT NULL,
    PRIMARY KEY (model, name)
) WITHOUT ROWID
"""

# Moments that only ever move forwards: the latest event time, and when the newest label came.
Moment = Literal["watermark", "label"]


@dataclass(frozen=True)
class Reign:
    """The time of one champion: of a version and its bundle, the `number`th of its model.

    `since` is the watermark at its beginning, in seconds since 1970, and `first` the day from which
    on it is judged, once that is known.
    """

    number: int
    version: int
    bundle: str
    since: float
    first: date | None = None


@dataclass(frozen=True)
class Judged:
    """One judgement: of the days from `start` to before `end`, made in the `reign` of a champion.

    `evidence` is what had gathered after it: that of the newest one is the reign's.
    """

    kind: Kind
    start: date
    end: date
    reign: int
    body: bytes
    evidence: bytes


class State:
    """The database `state.db`; every method that writes belongs into a `step`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @classmethod
    def open(cls, path: Path) -> State:
        """Open or make it. Raises StateError."""
        return cls(Database.open(path, _SCHEMA, _VERSION))

    @classmethod
    def reading(cls, path: Path) -> State:
        """What a monitor has written, which may go on meanwhile. Raises StateError."""
        return cls(Database.reading(path, _VERSION))

    @contextmanager
    def step(self) -> Iterator[None]:
        """All that is written within it, or nothing. Raises StateError."""
        with self._database.step():
            yield

    def close(self) -> None:
        """Close it."""
        self._database.close()

    def put_summary(self, model: str, version: int, day: date, summary: bytes) -> None:
        """Remember how a day was counted, in the place of what was remembered of it."""
        self._database.write(
            "INSERT OR REPLACE INTO summaries VALUES (?, ?, ?, ?)",
            model, version, day.isoformat(), summary,
        )  # fmt: skip

    def summaries(self, model: str, version: int, first: date, end: date) -> dict[date, bytes]:
        """How the days of a version were counted from `first` to before `end`, in order."""
        rows = self._database.rows(
            "SELECT day, summary FROM summaries"
            " WHERE model = ? AND version = ? AND day >= ? AND day < ? ORDER BY day",
            model, version, first.isoformat(), end.isoformat(),
        )  # fmt: skip
        return {date.fromisoformat(day): summary for day, summary in rows}

    def put_facts(self, model: str, day: date, facts: bytes) -> None:
        """Remember what is known of a day over all versions, in the place of what was."""
        self._database.write(
            "INSERT OR REPLACE INTO facts VALUES (?, ?, ?)", model, day.isoformat(), facts
        )

    def facts(self, model: str) -> dict[date, bytes]:
        """What is known of each day of a model, in order."""
        rows = self._database.rows(
            "SELECT day, facts FROM facts WHERE model = ? ORDER BY day", model
        )
        return {date.fromisoformat(day): facts for day, facts in rows}

    def put_judgement(self, model: str, version: int, judged: Judged) -> bool:
        """Remember a judgement; False where that window was judged before, which then stays."""
        return self._database.write(
            "INSERT OR IGNORE INTO judgements VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?)",
            model, version, judged.kind, judged.start.isoformat(), judged.end.isoformat(),
            judged.reign, judged.body, judged.evidence,
        )  # fmt: skip

    def judgements(self, model: str, version: int, kind: Kind) -> list[Judged]:
        """What was judged of a version, in the order of time."""
        rows = self._database.rows(
            'SELECT start, "end", reign, body, evidence FROM judgements'
            " WHERE model = ? AND version = ? AND kind = ? ORDER BY start",
            model, version, kind,
        )  # fmt: skip
        return [_judged(kind, row) for row in rows]

    def last(self, model: str, reign: Reign, kind: Kind) -> Judged | None:
        """What was judged last in a reign."""
        rows = self._database.rows(
            'SELECT start, "end", reign, body, evidence FROM judgements'
            " WHERE model = ? AND version = ? AND kind = ? AND reign = ?"
            " ORDER BY start DESC LIMIT 1",
            model, reign.version, kind, reign.number,
        )  # fmt: skip
        return _judged(kind, rows[0]) if rows else None

    def evidence(self, model: str, reign: Reign) -> bytes | None:
        """What has gathered in a reign; None before its first judgement."""
        rows = self._database.rows(
            "SELECT evidence FROM judgements WHERE model = ? AND version = ? AND reign = ?"
            " ORDER BY number DESC LIMIT 1",
            model, reign.version, reign.number,
        )  # fmt: skip
        return bytes(rows[0][0]) if rows else None

    def reign(self, model: str, version: int, bundle: str) -> Reign:
        """The reign of a champion: a new one where another reigned before.

        A version that returns after a rollback begins a reign, and so has no evidence yet.
        """
        last = self._last_reign(model)
        if last and (last.version, last.bundle) == (version, bundle):
            return last
        since = self.moment(model, "watermark") or 0.0
        reign = Reign(last.number + 1 if last else 1, version, bundle, since)
        self._database.write(
            "INSERT INTO reigns VALUES (?, ?, ?, ?, ?, NULL)",
            model, reign.number, version, bundle, since,
        )  # fmt: skip
        return reign

    def reigns(self, model: str) -> tuple[Reign, ...]:
        """All reigns of a model, the first one first."""
        rows = self._database.rows(
            "SELECT number, version, bundle, since, first FROM reigns WHERE model = ?"
            " ORDER BY number",
            model,
        )
        return tuple(_reign(row) for row in rows)

    def judge_from(self, model: str, reign: Reign, first: date) -> Reign:
        """Say from which day on a reign is judged; said once, it stays."""
        self._database.write(
            "UPDATE reigns SET first = ? WHERE model = ? AND number = ? AND first IS NULL",
            first.isoformat(), model, reign.number,
        )  # fmt: skip
        return self._last_reign(model) or reign

    def _last_reign(self, model: str) -> Reign | None:
        rows = self._database.rows(
            "SELECT number, version, bundle, since, first FROM reigns WHERE model = ?"
            " ORDER BY number DESC LIMIT 1",
            model,
        )
        return _reign(rows[0]) if rows else None

    def advance(self, model: str, moment: Moment, seconds: float) -> None:
        """Move a moment forwards; backwards it does not go, whatever a clock says."""
        self._database.write(
            "INSERT INTO moments VALUES (?, ?, ?) ON CONFLICT (model, name)"
            " DO UPDATE SET seconds = max(seconds, excluded.seconds)",
            model, moment, seconds,
        )  # fmt: skip

    def moment(self, model: str, moment: Moment) -> float | None:
        """A moment in seconds since 1970; None where it never came."""
        rows = self._database.rows(
            "SELECT seconds FROM moments WHERE model = ? AND name = ?", model, moment
        )
        return float(rows[0][0]) if rows else None


def _reign(row: tuple[Any, ...]) -> Reign:
    number, version, bundle, since, first = row
    return Reign(number, version, bundle, since, date.fromisoformat(first) if first else None)


def _judged(kind: Kind, row: tuple[Any, ...]) -> Judged:
    start, end, reign, body, evidence = row
    days = date.fromisoformat(start), date.fromisoformat(end)
    return Judged(kind, *days, reign, body, evidence)
