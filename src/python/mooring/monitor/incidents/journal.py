"""What the monitor must not forget about incidents: one SQLite file, one writer at a time.

Every change is one transaction that is on the disk before its caller goes on. The file itself sees
to it that a model has at most one incident under way, whatever process asks.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mooring.monitor.incidents.brakes import Decision
from mooring.monitor.incidents.clock import Clock
from mooring.monitor.incidents.errors import JournalFailed
from mooring.monitor.incidents.incident import Incident, Reason, from_document, to_document
from mooring.monitor.incidents.payload import Alarm

# Of what the tables and documents mean; a change of it is a migration.
_VERSION = 1

# A repeat an hour of some alarms, for a month.
KEPT_DECISIONS = 5_000

_WAIT_SECONDS = 10.0

_TABLES = """
CREATE TABLE IF NOT EXISTS clock (one INTEGER PRIMARY KEY CHECK (one = 1), mark REAL NOT NULL);
CREATE TABLE IF NOT EXISTS incidents (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, model TEXT NOT NULL,
    live INTEGER NOT NULL, revision INTEGER NOT NULL, document TEXT NOT NULL);
CREATE UNIQUE INDEX IF NOT EXISTS one_live ON incidents (model) WHERE live = 1;
CREATE TABLE IF NOT EXISTS alarms (
    fingerprint TEXT NOT NULL, started INTEGER NOT NULL, model TEXT NOT NULL, name TEXT NOT NULL,
    action TEXT NOT NULL, firing INTEGER NOT NULL, heard REAL NOT NULL, incident TEXT,
    PRIMARY KEY (fingerprint, started));
CREATE INDEX IF NOT EXISTS alarms_of ON alarms (model, action, firing);
CREATE TABLE IF NOT EXISTS decisions (
    number INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, model TEXT NOT NULL,
    reason TEXT NOT NULL, decided TEXT NOT NULL, why TEXT NOT NULL, incident TEXT,
    key TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS decisions_by ON decisions (model, key);
CREATE TABLE IF NOT EXISTS counts (
    model TEXT NOT NULL, reason TEXT NOT NULL, decided TEXT NOT NULL, total INTEGER NOT NULL,
    PRIMARY KEY (model, reason, decided));
"""


@dataclass(frozen=True)
class Kept:
    """An incident as the journal holds it; `revision` counts its changes, `number` incidents."""

    incident: Incident
    revision: int
    number: int


@dataclass(frozen=True)
class Decided:
    """One decision that was taken, for people to read."""

    at: float
    model: str
    reason: str
    decision: Decision


class Transaction:
    """Reads and writes that happen together or not at all, at the time `now`."""

    def __init__(self, connection: sqlite3.Connection, clock: Clock) -> None:
        self._sql = connection
        row = connection.execute("SELECT mark FROM clock").fetchone()
        self.now = clock.now(row[0] if row else float("-inf"))

    def mark(self) -> None:
        """Remember the time: no later transaction is earlier."""
        self._sql.execute("INSERT OR REPLACE INTO clock VALUES (1, ?)", (self.now,))

    def hear(self, alarm: Alarm) -> None:
        """Remember an alarm: what is over stays so, whenever its beginning is heard."""
        self._sql.execute(
            "INSERT INTO alarms VALUES (?, ?, ?, ?, ?, ?, ?, NULL) ON CONFLICT DO UPDATE"
            " SET firing = MIN(firing, excluded.firing), heard = excluded.heard",
            (alarm.fingerprint, alarm.started, alarm.model, alarm.name, alarm.action,
             alarm.firing, self.now),
        )  # fmt: skip

    def stale(self, alarm: Alarm) -> str:
        """Why a firing alarm is old news; empty where it is not."""
        newest, firing = self._sql.execute(
            "SELECT MAX(started), MIN(CASE WHEN started = ? THEN firing ELSE 1 END)"
            " FROM alarms WHERE fingerprint = ?",
            (alarm.started, alarm.fingerprint),
        ).fetchone()
        if not firing:
            return "the alarm was over before this was heard of it"
        return "the alarm has begun anew since" if newest > alarm.started else ""

    def blocking(self, model: str, lapses: float) -> tuple[str, ...]:
        """The names of alarms that block, unless nobody has repeated them for `lapses` seconds.

        Of one alarm only its newest beginning counts.
        """
        rows = self._sql.execute(
            "SELECT DISTINCT name FROM alarms AS a WHERE model = ? AND action = 'block'"
            " AND firing = 1 AND heard > ? AND started = (SELECT MAX(started) FROM alarms AS b"
            " WHERE b.fingerprint = a.fingerprint) ORDER BY name",
            (model, self.now - lapses),
        )
        return tuple(name for (name,) in rows)

    def blocked_since(self, model: str, at: float) -> bool:
        """Whether anything of a blocking alarm was heard after `at`, be it over or not."""
        row = self._sql.execute(
            "SELECT 1 FROM alarms WHERE model = ? AND action = 'block' AND heard > ?", (model, at)
        ).fetchone()
        return row is not None

    def answer(self, alarm: Alarm, incident: str) -> None:
        """This incident is what answers the alarm."""
        self._sql.execute(
            "UPDATE alarms SET incident = ? WHERE fingerprint = ? AND started = ?",
            (incident, alarm.fingerprint, alarm.started),
        )

    def answering(self, alarm: Alarm) -> Incident | None:
        """The incident that answers the alarm."""
        row = self._sql.execute(
            "SELECT incident FROM alarms WHERE fingerprint = ? AND started = ?",
            (alarm.fingerprint, alarm.started),
        ).fetchone()
        return self.get(row[0]).incident if row and row[0] else None

    def add(self, incident: Incident) -> None:
        """A new incident; a second live one of a model is an error."""
        self._sql.execute(
            "INSERT INTO incidents (id, model, live, revision, document) VALUES (?, ?, ?, 0, ?)",
            (incident.id, incident.model, incident.live, _text(incident)),
        )

    def change(self, kept: Kept, incident: Incident) -> Kept | None:
        """Replace an incident unless somebody else has changed it since `kept` was read."""
        done = self._sql.execute(
            "UPDATE incidents SET live = ?, revision = revision + 1, document = ?"
            " WHERE id = ? AND revision = ?",
            (incident.live, _text(incident), incident.id, kept.revision),
        )
        return Kept(incident, kept.revision + 1, kept.number) if done.rowcount else None

    def get(self, name: str) -> Kept:
        """One incident. Raises KeyError."""
        found = self._kept("WHERE id = ?", name)
        if not found:
            raise KeyError("no such incident")
        return found[0]

    def live(self) -> tuple[Kept, ...]:
        """The incidents under way."""
        return self._kept("WHERE live = 1 ORDER BY number")

    def ended(self, after: int) -> tuple[Kept, ...]:
        """The incidents that have ended, those numbered beyond `after`."""
        return self._kept("WHERE live = 0 AND number > ? ORDER BY number", after)

    def of(self, model: str) -> tuple[Incident, ...]:
        """All incidents of a model, oldest first."""
        return tuple(k.incident for k in self._kept("WHERE model = ? ORDER BY number", model))

    def newest(self, limit: int) -> tuple[Incident, ...]:
        """The newest incidents of all models, newest first."""
        return tuple(k.incident for k in self._kept("ORDER BY number DESC LIMIT ?", limit))

    def record(self, model: str, reason: Reason, decision: Decision, key: str) -> None:
        """Keep and count a decision."""
        self._sql.execute(
            "INSERT INTO decisions (at, model, reason, decided, why, incident, key)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (self.now, model, reason, decision.decided, decision.why, decision.incident, key),
        )
        self._sql.execute(
            "DELETE FROM decisions WHERE number <="
            " (SELECT MAX(number) FROM decisions) - ?", (KEPT_DECISIONS,)
        )  # fmt: skip
        self._sql.execute(
            "INSERT INTO counts VALUES (?, ?, ?, 1) ON CONFLICT DO UPDATE SET total = total + 1",
            (model, reason, decision.decided),
        )

    def last(self, model: str, key: str) -> str | None:
        """What was decided of this request when it last was anything but a duplicate."""
        row = self._sql.execute(
            "SELECT decided FROM decisions WHERE model = ? AND key = ? AND decided != 'duplicate'"
            " ORDER BY number DESC LIMIT 1",
            (model, key),
        ).fetchone()
        return row[0] if row else None

    def decisions(self, limit: int) -> tuple[Decided, ...]:
        """The newest decisions, newest first."""
        rows = self._sql.execute(
            "SELECT at, model, reason, decided, why, incident FROM decisions"
            " ORDER BY number DESC LIMIT ?",
            (limit,),
        )
        return tuple(Decided(a, m, r, Decision(d, w, i)) for a, m, r, d, w, i in rows)

    def counts(self) -> dict[tuple[str, str, str], int]:
        """How often what was decided, by model, reason and decision, since the journal began."""
        rows = self._sql.execute("SELECT model, reason, decided, total FROM counts")
        return {(model, reason, decided): total for model, reason, decided, total in rows}

    def _kept(self, where: str, *values: object) -> tuple[Kept, ...]:
        rows = self._sql.execute(
            f"SELECT document, revision, number FROM incidents {where}",  # noqa: S608, ours
            values,
        )
        return tuple(Kept(from_document(json.loads(d)), r, n) for d, r, n in rows)


class Journal:
    """The file, and whoever is at it."""

    def __init__(self, path: Path, clock: Clock) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path, self._clock, self._lock = path, clock, threading.Lock()
        with self._guarded():
            self._sql = _opened(path)
            self._check_version()

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Everything in the block, on the disk when it ends; nothing of it where it raises.

        Raises JournalFailed where the disk is full or the file damaged.
        """
        with self._lock, self._guarded():
            self._sql.execute("BEGIN IMMEDIATE")
            try:
                work = Transaction(self._sql, self._clock)
                yield work
                work.mark()
                self._sql.execute("COMMIT")
            finally:
                if self._sql.in_transaction:
                    self._sql.execute("ROLLBACK")

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """Reads only, which a full disk does not hinder. Raises JournalFailed."""
        with self._lock, self._guarded():
            yield Transaction(self._sql, self._clock)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._sql.close()

    def _check_version(self) -> None:
        (found,) = self._sql.execute("PRAGMA user_version").fetchone()
        if found not in (0, _VERSION):
            raise JournalFailed(
                f"its version is {found}, and this monitor writes {_VERSION}",
                place=str(self._path),
                cure="Run the monitor that wrote it, or a newer one.",
            )
        self._sql.execute(f"PRAGMA user_version = {_VERSION}")
        self._sql.executescript(_TABLES)

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            name = getattr(error, "sqlite_errorname", type(error).__name__)
            raise JournalFailed(
                f"what is decided cannot be kept: {name}",
                place=str(self._path),
                cure="See that the disk has room and the file is whole; nothing was started.",
            ) from error


def _opened(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(
        path, timeout=_WAIT_SECONDS, isolation_level=None, check_same_thread=False
    )
    connection.execute("PRAGMA journal_mode = WAL")
    # FULL: a decision is on the disk before anybody hears of it.
    connection.execute("PRAGMA synchronous = FULL")
    return connection


def _text(incident: Incident) -> str:
    return json.dumps(to_document(incident), allow_nan=False)
