"""Where a model's tables lie, and the lock that lets one process at a time change them.

<home>/<model>/predictions/         Delta, a partition for each day of events
               labels/              Delta, a partition for each day of ids
               *.claim.json         what the next or the last commit takes over (see `claims`)
               damaged/             segments that were cut short, after their whole records
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mooring.monitor.tables.errors import TablesBusy
from mooring.predictionlog.context import Log
from mooring.predictionlog.layout import take

# The folder of all models' tables below the home of the product.
MONITOR = "monitor"

_LOCK = ".lock"


@dataclass(frozen=True)
class Tables:
    """The tables of one model; `log` is the folder that gateways write into."""

    home: Path
    log: Path
    model: str

    @property
    def folder(self) -> Path:
        """All that is kept of the model."""
        return self.home / self.model

    @property
    def predictions(self) -> Path:
        """The table of predictions."""
        return self.folder / "predictions"

    @property
    def labels(self) -> Path:
        """The table of labels, as they were said."""
        return self.folder / "labels"

    @property
    def damaged(self) -> Path:
        """Segments that are not what was sealed, for a person to look at."""
        return self.folder / "damaged"

    def of(self, log: Log) -> Path:
        """The table that a log goes into."""
        return self.predictions if log == "predictions" else self.labels

    def claim(self, log: Log) -> Path:
        """What the table's next or last commit takes over."""
        return self.folder / f"{self.of(log).name}.claim.json"


@contextmanager
def held(tables: Tables, *, wait: bool = False) -> Iterator[None]:
    """Hold the lock of a model's tables; the kernel lets go of it when its holder dies.

    Raises TablesBusy while somebody else has it, unless told to wait.
    """
    tables.folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(tables.folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if wait:
            fcntl.flock(handle, fcntl.LOCK_EX)
        elif not take(handle):
            raise TablesBusy(
                "another monitor is writing these tables",
                place=str(tables.folder),
                cure="Run one monitor for each home.",
            )
        yield
    finally:
        os.close(handle)
