"""What is known of a new model before its files are written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from mooring.contract.contract import Contract
from mooring.data.shape import DEALT_DAYS, FIRST_DAY
from mooring.data.source import EVENT_TIME
from mooring.scaffold.errors import TableRefused
from mooring.scaffold.infer import Columns
from mooring.scaffold.label import Label

# Shares of the rows, in the order of time; what is left is the holdout.
FIT, CALIBRATE = 0.6, 0.15

# Fewer days would put a seventh of all rows into one.
LEAST_DAYS = 10

Span = tuple[str, str]


@dataclass(frozen=True)
class Split:
    """First and last day of the three periods."""

    fit: Span
    calibrate: Span
    holdout: Span


@dataclass(frozen=True)
class Draft:
    """A model to be: its contract, where its rows lie, and how they are read.

    `path` is what data.py says; `beside` is the name of the file in the model's folder, if any.
    """

    contract: Contract
    columns: Columns
    label: Label
    path: str
    split: Split
    rows: int
    owner: str
    time: str | None = None
    ids: str | None = None
    beside: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The model's name."""
        return self.contract.name

    @property
    def renamed(self) -> dict[str, str]:
        """The file's column of each feature that has another name there."""
        return {name: column for name, column in self.columns.names.items() if name != column}


def split_of(rows: pl.DataFrame, *, by_time: bool) -> Split:
    """Split dealt days by their number, real ones so that each period has its share of rows.

    Raises TableRefused when there are too few days to be split.
    """
    if not by_time:
        first = FIRST_DAY.date()
        days = [first + timedelta(days=number) for number in range(DEALT_DAYS)]
        return _cut(days, round(FIT * DEALT_DAYS), round((FIT + CALIBRATE) * DEALT_DAYS))
    counts = rows.group_by(pl.col(EVENT_TIME).dt.date().alias("day")).len().sort("day")
    days, upto = counts["day"].to_list(), (counts["len"].cum_sum() / len(rows)).to_list()
    if len(days) < LEAST_DAYS:
        raise TableRefused(
            f"it has {len(days)} days, and {LEAST_DAYS} are needed to split by time",
            place="--time",
            cure="Leave --time out: rows are then split at random.",
        )
    fit = min(max(1, sum(share <= FIT for share in upto)), len(days) - 2)
    calibrate = min(max(fit + 1, sum(s <= FIT + CALIBRATE for s in upto)), len(days) - 1)
    return _cut(days, fit, calibrate)


def _cut(days: list[date], fit: int, calibrate: int) -> Split:
    parts = (days[:fit], days[fit:calibrate], days[calibrate:])
    spans = [(part[0].isoformat(), part[-1].isoformat()) for part in parts]
    return Split(*spans)
