"""One SQLite file with a schema of our own: opened with care, errors said in words.

Write-ahead log and full sync: a transaction that has returned survives a kill and a power cut, and
one that has not leaves nothing.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from mooring.monitor.errors import (
    StateDamaged,
    StateError,
    StateInUse,
    StateTooNew,
    StateUnwritable,
)

_FULL = (
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
)
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
# Readers, such as a report, hold nothing for long.
_PATIENCE_SECONDS = 5.0


class Database:
    """A connection that this process alone writes through; `held` is the lock that says so."""

    def __init__(self, path: Path, connection: sqlite3.Connection, held: int | None) -> None:
        self._path = path
        self._connection = connection
        self._held = held

    @classmethod
    def open(cls, path: Path, schema: str, version: int) -> Database:
        """Open, or make, the file at `path`. Raises a StateError that says what to do."""
        held = _hold(path)
        with _told(path):
            try:
                connection = sqlite3.connect(
                    path, _PATIENCE_SECONDS, isolation_level=None, check_same_thread=False
                )
                _prepare(path, connection, schema, version)
            except BaseException:
                os.close(held)
                raise
        return cls(path, connection, held)

    @classmethod
    def reading(cls, path: Path, version: int) -> Database:
        """Open what a monitor may be writing, for reading alone: it takes no lock and changes
        nothing. Raises a StateError.
        """
        with _told(path):
            connection = sqlite3.connect(
                f"{path.absolute().as_uri()}?mode=ro", _PATIENCE_SECONDS, uri=True,
                isolation_level=None,
            )  # fmt: skip
            _check_version(path, connection, version)
        return cls(path, connection, None)

    @contextmanager
    def step(self) -> Iterator[None]:
        """One transaction: all that happens within it, or nothing."""
        with _told(self._path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def write(self, statement: str, *values: object) -> bool:
        """Change something within a step; whether a row was changed."""
        with _told(self._path):
            return self._connection.execute(statement, values).rowcount > 0

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """What a query finds."""
        with _told(self._path):
            return self._connection.execute(query, values).fetchall()

    def close(self) -> None:
        """Close the file and let go of it."""
        self._connection.close()
        if self._held is not None:
            os.close(self._held)


def _prepare(path: Path, connection: sqlite3.Connection, schema: str, version: int) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    found = _check_version(path, connection, version)
    if connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
        _refuse_damaged(path)
    if found < version:
        connection.executescript(f"BEGIN; {schema}; PRAGMA user_version = {version}; COMMIT;")


def _check_version(path: Path, connection: sqlite3.Connection, version: int) -> int:
    """The version of the file's schema. Raises StateTooNew."""
    found: int = connection.execute("PRAGMA user_version").fetchone()[0]
    if found > version:
        raise StateTooNew(
            f"a newer monitor wrote it: schema {found}, and {version} is known here",
            place=str(path),
            cure="Run that monitor again, or move the file aside to begin anew.",
        )
    return found


def _hold(path: Path) -> int:
    """The lock of the one monitor that works with a file; the kernel lets go of it at a kill."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise _unwritable(path, error.strerror or type(error).__name__) from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise StateInUse(
            "another monitor works with it",
            place=str(path),
            cure="Stop that one, or give this one a MOORING_HOME of its own.",
        ) from None
    return handle


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        _retell(path, error)


def _retell(path: Path, error: sqlite3.Error) -> NoReturn:
    # The low byte is the kind, the rest says more of it. Faults of ours have none.
    kind = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if kind in _DAMAGED:
        _refuse_damaged(path)
    if kind in _FULL:
        raise _unwritable(path, str(error)) from None
    name = getattr(error, "sqlite_errorname", type(error).__name__)
    raise StateError(f"SQLite refuses: {name}", place=str(path)) from error


def _unwritable(path: Path, reason: str) -> StateUnwritable:
    return StateUnwritable(
        reason,
        place=str(path),
        cure="Make room on the disk, or let the monitor write there; it tries again by itself.",
    )


def _refuse_damaged(path: Path) -> NoReturn:
    raise StateDamaged(
        "it is damaged, or no database of the monitor",
        place=str(path),
        cure=f"Move {path.name}, {path.name}-wal and {path.name}-shm aside and start again: days "
        "are counted anew from the tables, evidence begins anew.",
    ) from None
