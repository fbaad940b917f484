"""Which days of a log a retrain may learn from: those whose labels have had their time to come."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Protocol

import polars as pl

from mooring.cli.errors import NothingLogged
from mooring.monitor.configured import Found, over
from mooring.monitor.watching import Watching
from mooring.process.settings import read_toml

# Where a monitor has its settings from; a job that it starts inherits it.
SETTINGS = "MOORING_MONITOR_SETTINGS"

# A clock that runs ahead of ours by more is wrong, and what it stamped says nothing of the time.
_SKEW = timedelta(hours=1)


class Log(Protocol):
    """A model's predictions joined with their labels, by days of event time."""

    def days(self) -> tuple[date, ...]:
        """The days that have predictions, in order."""

    def joined(self, day: date) -> Iterator[pl.DataFrame]:
        """The rows of a day, frame by frame, as `mooring.data.logged` has them."""


def horizon_of(model: str, environ: Mapping[str, str]) -> float:
    """How long labels of a model may take, in seconds: what its monitor judges by.

    Raises BadSetting, or BadSettings.
    """
    if not environ.get(SETTINGS):
        return Watching().horizon_seconds
    path = Path(environ[SETTINGS])
    document = read_toml(path, SETTINGS, "the monitor")
    own = document.get("models", {}).get(model, {})
    told = over(document.get("defaults", {}).get("watching", {}), own.get("watching", {}))
    found = Found()
    watching = found.read(Watching, told, f"{SETTINGS}, {path}", "watching")
    found.check()
    return (watching or Watching()).horizon_seconds


def last_matured(log: Log, horizon_seconds: float, now: datetime | None = None) -> date:
    """The last whole day that ended a horizon before the newest event.

    By the log's own time, not the wall's: a year that is replayed in an hour matures in that hour.
    Events of the future (beyond an hour after `now`) move nothing. Raises NothingLogged.
    """
    newest = _newest(log, (now or datetime.now(UTC)) + _SKEW)
    return (newest - timedelta(seconds=horizon_seconds)).date() - timedelta(days=1)


def frames(log: Log, first: date, last: date) -> Iterator[pl.DataFrame]:
    """The rows of the days `first` to `last`, one frame in memory at a time."""
    for day in log.days():
        if first <= day <= last:
            yield from log.joined(day)


def _newest(log: Log, latest: datetime) -> datetime:
    for day in reversed(log.days()):
        if day <= latest.date():
            seen = [_newest_in(rows, latest) for rows in log.joined(day)]
            if known := [at for at in seen if at is not None]:
                return max(known)
    raise NothingLogged(
        "no prediction of it has been collected",
        place="prediction log",
        cure="Let the monitor collect the gateways' segments, or name the log's home with --log.",
    )


def _newest_in(rows: pl.DataFrame, latest: datetime) -> datetime | None:
    return rows.select(pl.col("at").filter(pl.col("at") <= latest).max()).item()  # type: ignore[no-any-return]
