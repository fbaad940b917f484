"""The log that a monitor has collected, as a retrain reads it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from mooring.monitor.tables.joined import days, joined
from mooring.monitor.tables.layout import Tables


@dataclass(frozen=True)
class CollectedLog:
    """Reads the monitor's tables; never writes them, whoever collects meanwhile."""

    tables: Tables

    @classmethod
    def below(cls, home: Path, model: str) -> CollectedLog:
        """The tables of a monitor whose home is `home`."""
        return cls(Tables(home.absolute() / "monitor", home.absolute(), model))

    def days(self) -> tuple[date, ...]:
        """The days that have predictions, in order."""
        return days(self.tables)

    def joined(self, day: date) -> Iterator[pl.DataFrame]:
        """The rows of a day with their labels, frame by frame."""
        return joined(self.tables, day)
