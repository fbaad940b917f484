"""What is known of a day of event time beside its summary: which versions answered, and when.

Facts of parts of a day add up to that of the day, in any order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache

import polars as pl
from pydantic import TypeAdapter

# A gateway's clock may be ahead of this one by so much; what is further ahead is nobody's event.
LARGEST_LEAD = timedelta(hours=1)

# What was answered to somebody as the champion's word. A canary is on trial, a shadow unheard.
CHAMPION = "champion"


@dataclass(frozen=True)
class Answered:
    """Rows that one version answered as champion on a day; times are seconds since 1970."""

    rows: int
    unlabelled: int
    first: float
    last: float

    def __add__(self, other: Answered) -> Answered:
        return Answered(
            self.rows + other.rows,
            self.unlabelled + other.unlabelled,
            min(self.first, other.first),
            max(self.last, other.last),
        )


@dataclass(frozen=True)
class DayFacts:
    """`answered` by version; `future` are rows that are too far ahead to be believed, and are in
    nothing else.
    """

    answered: Mapping[int, Answered] = field(default_factory=dict)
    future: int = 0

    def __add__(self, other: DayFacts) -> DayFacts:
        both = dict(self.answered)
        for version, answered in other.answered.items():
            both[version] = both[version] + answered if version in both else answered
        return DayFacts(both, self.future + other.future)

    @property
    def last(self) -> float | None:
        """The latest event of the day."""
        return max((answered.last for answered in self.answered.values()), default=None)

    def to_json(self) -> bytes:
        """Everything, for a state that lasts."""
        return _adapter().dump_json(self)

    @classmethod
    def from_json(cls, document: bytes) -> DayFacts:
        """What `to_json` wrote."""
        return _adapter().validate_json(document)

    @classmethod
    def of(cls, rows: pl.DataFrame, now: datetime) -> DayFacts:
        """The facts of joined rows (`monitor.tables.joined`), as seen at `now`."""
        champions = rows.filter(pl.col("role") == CHAMPION)
        believed = champions.filter(pl.col("at") <= now + LARGEST_LEAD)
        by_version = believed.group_by("version").agg(
            pl.len().alias("rows"),
            (pl.col("state") == "none").sum().alias("unlabelled"),
            pl.col("at").min().dt.epoch("ms").alias("first"),
            pl.col("at").max().dt.epoch("ms").alias("last"),
        )
        return cls(
            {
                version: Answered(rows, unlabelled, first / 1_000, last / 1_000)
                for version, rows, unlabelled, first, last in by_version.rows()
            },
            len(champions) - len(believed),
        )


@dataclass(frozen=True)
class Known:
    """What is known of all days of a model."""

    days: Mapping[date, DayFacts]

    def first_row(self, version: int, since: float) -> datetime | None:
        """The first event that a version answered from `since` on; None where there is none."""
        answered = (facts.answered.get(version) for facts in self.days.values())
        firsts = [max(a.first, since) for a in answered if a is not None and a.last >= since]
        return datetime.fromtimestamp(min(firsts), UTC) if firsts else None

    def awaiting(self, since: datetime) -> int:
        """Rows without any label on days that end after `since`."""
        return sum(
            answered.unlabelled
            for day, facts in self.days.items()
            if day >= since.date()
            for answered in facts.answered.values()
        )


@cache
def _adapter() -> TypeAdapter[DayFacts]:
    return TypeAdapter(DayFacts)
