"""Windows of whole days by event time: closed by the watermark, never by a clock on the wall."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta


@dataclass(frozen=True)
class Window:
    """The days from `start` on, up to and without `end`, UTC."""

    start: date
    end: date

    @property
    def dates(self) -> tuple[date, ...]:
        """Each day of the window."""
        return tuple(_days(self.start, self.end, 1))

    @property
    def closes(self) -> datetime:
        """The first watermark that is beyond it."""
        return datetime(self.end.year, self.end.month, self.end.day, tzinfo=UTC)

    def matures(self, horizon_seconds: float) -> datetime:
        """The first watermark at which the labels of its last row have had their time."""
        return self.closes + timedelta(seconds=horizon_seconds)


@dataclass(frozen=True)
class Tumbling:
    """Windows of `days` days, one after the other, from `first` on.

    `first` is the first whole day of a version rather than a Monday: a window is a whole cycle
    wherever it begins, and the first one closes as early as can be. It has to be kept with what
    was judged, since other windows are other evidence.
    """

    first: date
    days: int

    def holding(self, day: date) -> Window | None:
        """The window that a day lies in; None before the first."""
        if day < self.first:
            return None
        start = day - timedelta(days=(day - self.first).days % self.days)
        return Window(start, start + timedelta(days=self.days))

    def closed(self, watermark: datetime, since: date | None = None) -> Iterator[Window]:
        """Windows that the watermark has closed, the oldest first; those from `since` on."""
        window = self.holding(max(self.first, since or self.first))
        while window is not None and watermark >= window.closes:
            yield window
            window = self.holding(window.end)

    def matured(
        self, watermark: datetime, horizon_seconds: float, since: date | None = None
    ) -> Iterator[Window]:
        """Windows whose labels have had their time, the oldest first; those from `since` on."""
        return self.closed(watermark - timedelta(seconds=horizon_seconds), since)


def first_whole_day(first_row: datetime) -> date:
    """The day after the first event that a version answered: of its own day another version may
    have answered a part.
    """
    return first_row.astimezone(UTC).date() + timedelta(days=1)


def _days(start: date, end: date, step: int) -> Iterator[date]:
    for offset in range(0, (end - start).days, step):
        yield start + timedelta(days=offset)
