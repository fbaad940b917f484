"""Everything that a report may say: what the monitor wrote, of the days that were asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from mooring.bundle.release import Release
from mooring.monitor.champion import Champion
from mooring.monitor.incidents.incident import Incident
from mooring.monitor.judging.cohort import CohortJudgement
from mooring.monitor.judging.difference import Difference
from mooring.monitor.judging.evidence import Evidence
from mooring.monitor.judging.figures import Measure
from mooring.monitor.judging.window import WindowJudgement
from mooring.monitor.judging.windows import Window
from mooring.monitor.state import Reign
from mooring.monitor.watching import Watching


@dataclass(frozen=True)
class Span:
    """Days of event time, both inclusive; None is open."""

    since: date | None = None
    until: date | None = None

    def holds(self, day: date) -> bool:
        """Whether a day is of it."""
        return not (self._early(day) or self._late(day))

    def meets(self, window: Window) -> bool:
        """Whether any day of a window is of it."""
        return not (self._early(window.dates[-1]) or self._late(window.start))

    def _early(self, day: date) -> bool:
        return self.since is not None and day < self.since

    def _late(self, day: date) -> bool:
        return self.until is not None and day > self.until


@dataclass(frozen=True)
class WatchedWindow:
    """A judged window of a reign, and the evidence after it."""

    reign: int
    judged: WindowJudgement
    evidence: Evidence


@dataclass(frozen=True)
class WatchedCohort:
    """A judged cohort of a reign, and the evidence after it."""

    reign: int
    judged: CohortJudgement
    evidence: Evidence


Watched = WatchedWindow | WatchedCohort


@dataclass(frozen=True)
class DayRows:
    """Rows that one version answered on a day, and what is known of their labels."""

    day: date
    version: int
    rows: int
    labelled: int
    disputed: int

    @property
    def awaiting(self) -> int:
        """Rows without any label yet."""
        return self.rows - self.labelled - self.disputed


@dataclass(frozen=True)
class Distribution:
    """Rows by bin of the reference and of a window; `difference` is None where it was not judged.

    Both are empty where the log holds no values: of a sensitive feature there are none to show.
    """

    name: str
    labels: tuple[str, ...]
    then: tuple[int, ...]
    now: tuple[int, ...]
    difference: Difference | None


@dataclass(frozen=True)
class Distributions:
    """Each feature and the score of one version; `judged` is whether the window has closed."""

    version: int
    window: Window
    judged: bool
    every: tuple[Distribution, ...]


@dataclass(frozen=True)
class Slice:
    """The mean loss of labelled rows in one bin of a feature, by whole days drawn anew."""

    label: str
    rows: int
    loss: Measure


@dataclass(frozen=True)
class Slices:
    """Of one cohort: the loss over all its labelled rows, and by feature that of each bin.

    The loss is log loss in nats, or the absolute error in the label's unit.
    """

    version: int
    window: Window
    whole: Measure
    by_feature: Mapping[str, tuple[Slice, ...]]


@dataclass(frozen=True)
class Facts:
    """One model in one time. `champion` is the version that reigned last of those that answered, or
    None and `untold` says why; `slices` are None until
    a cohort has matured; `labels` count all labels since the tables began, by what became of them,
    and `delays` the first of each prediction by how long after it they came: up to so many seconds
    of event time, above those before.
    """

    model: str
    span: Span
    first: date
    last: date
    champion: Champion | None
    release: Release
    watching: Watching
    objectives: Mapping[str, float]
    reigns: tuple[Reign, ...]
    days: tuple[DayRows, ...]
    windows: tuple[WatchedWindow, ...]
    cohorts: tuple[WatchedCohort, ...]
    distributions: Distributions | None
    untold: str
    slices: Slices | None
    labels: Mapping[str, int]
    delays: tuple[tuple[float, int], ...]
    incidents: tuple[Incident, ...]
