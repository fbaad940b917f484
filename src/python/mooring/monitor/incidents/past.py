"""The incidents of a model as a journal has them, for people who read them beside the monitor."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from mooring.monitor.incidents.errors import JournalFailed
from mooring.monitor.incidents.incident import Incident, from_document

# Of the journal's tables and documents, as `journal` writes them.
_VERSION = 1


def incidents_of(path: Path, model: str) -> tuple[Incident, ...]:
    """All incidents of a model, the oldest first; none where there is no journal.

    Reads only, whoever writes meanwhile. Raises JournalFailed.
    """
    if not path.exists():
        return ()
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as found:
            return _read(path, found, model)
    except sqlite3.Error as error:
        raise JournalFailed(
            "it cannot be read",
            place=str(path),
            cure="See that the file is whole and may be read.",
        ) from error


def _read(path: Path, journal: sqlite3.Connection, model: str) -> tuple[Incident, ...]:
    (version,) = journal.execute("PRAGMA user_version").fetchone()
    if version == 0:  # it has only begun to be made
        return ()
    if version != _VERSION:
        raise JournalFailed(
            f"its version is {version}, and {_VERSION} is known here",
            place=str(path),
            cure="Use the version of the monitor that wrote it, or a newer one.",
        )
    rows = journal.execute(
        "SELECT document FROM incidents WHERE model = ? ORDER BY number", (model,)
    )
    return tuple(from_document(json.loads(document)) for (document,) in rows)
