"""The hours that the scenarios tell of: the same on every day, so that findings are too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

HOUR = 3600.0
DAY = 24 * HOUR

# A window of five minutes then holds two samples or three. What goes wrong does so for two hours;
# longer windows (six hours, a day, a week, thirty days) are computed of what there is.
SECONDS_BETWEEN = 120.0
HOURS = 4.0


@dataclass(frozen=True)
class Window:
    """What a person looks at: from `start` to `end`, Unix seconds, scraped every `step` of them."""

    start: float
    end: float
    step: float

    @property
    def rate_interval(self) -> float:
        """What Grafana would make of $__rate_interval: four times what lies between two scrapes."""
        return 4 * self.step


@dataclass(frozen=True)
class Span:
    """The `hours` until `end`, in Unix seconds, with a scrape every `step` of them.

    What goes wrong does so after `onset` of it.
    """

    end: float
    onset: float = 0.5
    hours: float = HOURS
    step: float = SECONDS_BETWEEN

    @property
    def start(self) -> float:
        """The first moment."""
        return self.end - self.hours * HOUR

    @property
    def begins(self) -> float:
        """The moment of the onset."""
        return self.start + self.onset * self.hours * HOUR

    @property
    def window(self) -> Window:
        """All of it on a dashboard."""
        return Window(self.start, self.end, self.step)

    def moments(self) -> Iterator[float]:
        """When targets were scraped."""
        for tick in range(int(self.hours * HOUR / self.step) + 1):
            yield self.start + tick * self.step
