"""How far a replay has come, and which labels wait for their time: in one file, crash-safe.

A batch is written down when it has been answered. A replay that dies between the two asks for that
batch again, so up to one request's rows may be predicted twice; their labels go to the second.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from mooring.replay.errors import OtherReplay

_TABLES = """
create table if not exists replay (what text not null, batches integer not null, done integer not
    null, rows integer not null, labels integer not null);
create table if not exists awaiting (prediction text primary key, label real not null,
    at integer not null) without rowid;
create index if not exists awaiting_at on awaiting (at);
"""


@dataclass(frozen=True)
class Waiting:
    """A label that is not known yet: of which prediction, and when it will be."""

    prediction: str
    label: float
    at: datetime


@dataclass(frozen=True)
class Progress:
    """Batches that were answered, out of all; rows that were predicted, labels that were sent."""

    done: int
    batches: int
    rows: int
    labels: int


class Journal:
    """The file of one replay."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._file = connection

    @classmethod
    def open(cls, path: Path, what: str, batches: int) -> Self:
        """Go on with the replay of `what` (a model and its days), or begin it.

        Raises OtherReplay for a file of another one.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path)
        connection.executescript(f"pragma journal_mode = wal; pragma synchronous = full; {_TABLES}")
        found = connection.execute("select what, batches from replay").fetchone()
        if found is None:
            with connection:
                connection.execute("insert into replay values (?, ?, 0, 0, 0)", (what, batches))
        elif found != (what, batches):
            connection.close()
            raise OtherReplay(
                f"it is of {found[0]}",
                place=str(path),
                cure="Begin anew with --fresh, or name the same model and days.",
            )
        return cls(connection)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self._file.close()

    @property
    def progress(self) -> Progress:
        """How far it has come."""
        query = "select done, batches, rows, labels from replay"
        return Progress(*self._file.execute(query).fetchone())

    def answered(self, waiting: Sequence[Waiting]) -> None:
        """One more batch was answered; these labels will be known."""
        rows = [(w.prediction, w.label, _milliseconds(w.at)) for w in waiting]
        with self._file as step:
            step.executemany("insert or replace into awaiting values (?, ?, ?)", rows)
            step.execute("update replay set done = done + 1, rows = rows + ?", (len(rows),))

    def due(self, until: datetime, most: int) -> list[Waiting]:
        """Labels that are known by then, oldest first."""
        query = "select prediction, label, at from awaiting where at <= ? order by at limit ?"
        found = self._file.execute(query, (_milliseconds(until), most)).fetchall()
        return [Waiting(name, label, _instant(at)) for name, label, at in found]

    def sent(self, labels: Sequence[Waiting]) -> None:
        """These labels were taken."""
        with self._file as step:
            names = [(label.prediction,) for label in labels]
            step.executemany("delete from awaiting where prediction = ?", names)
            step.execute("update replay set labels = labels + ?", (len(labels),))


def _milliseconds(at: datetime) -> int:
    return round(at.timestamp() * 1_000)


def _instant(at: int) -> datetime:
    return datetime.fromtimestamp(at / 1_000, UTC)
