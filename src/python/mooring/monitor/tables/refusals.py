"""What the disk or the table refuses, said so that somebody can mend it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from deltalake.exceptions import DeltaError

from mooring.monitor.tables.errors import TablesUnwritable
from mooring.monitor.tables.layout import Tables

_LONGEST = 300


@contextmanager
def refusals(tables: Tables) -> Iterator[None]:
    """Raise TablesUnwritable for what the file system or deltalake raises in the block."""
    try:
        yield
    except (OSError, DeltaError) as error:
        raise TablesUnwritable(
            f"a commit failed: {_said(error)}",
            place=str(tables.folder),
            cure="Make room, or look at permissions there and in the log. What was not committed is"
            " where it was, and the next pass takes it.",
        ) from error


def _said(error: Exception) -> str:
    strerror = error.strerror if isinstance(error, OSError) else None
    # deltalake spreads one sentence over several lines.
    return strerror or " ".join(str(error).split())[:_LONGEST]
