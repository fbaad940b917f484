"""`DaySummary`: all that judging needs of one day of one version, in some kilobytes.

Summaries of parts of a day add up to that of the day, in any order: counts exactly, sums to their
last digits. So a day of ten million rows is read once, in pieces, by any number of workers.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache

from pydantic import TypeAdapter

from mooring.drift.outcomes import OutcomeSums
from mooring.monitor.judging.cells import Cells
from mooring.monitor.judging.drawn import Drawn
from mooring.monitor.judging.errors import PartsMismatch
from mooring.monitor.judging.forecast import Forecast
from mooring.monitor.judging.windows import Window

Bins = Mapping[str, tuple[int, ...]]


@dataclass(frozen=True)
class DaySummary:
    """Rows that one version answered on one day of event time (UTC).

    `other_contracts`: rows under another contract than the reference's, by its digest; they are
    in nothing else. `bins`: rows by bin of each feature that the log holds, and of the score.
    `labelled`: rows whose label counts; `disputed`: those whose labels contradict each other.
    `cells` are empty where the prediction is no chance.
    """

    version: int
    day: date
    rows: int = 0
    labelled: int = 0
    disputed: int = 0
    other_contracts: Mapping[str, int] = field(default_factory=dict)
    bins: Bins = field(default_factory=dict)
    outcomes: OutcomeSums = field(default_factory=OutcomeSums)
    forecast: Forecast = field(default_factory=Forecast)
    cells: Cells = field(default_factory=Cells)
    drawn: Drawn = field(default_factory=Drawn)

    @property
    def awaiting(self) -> int:
        """Rows without a label that counts."""
        return self.rows - self.labelled

    def __add__(self, other: DaySummary) -> DaySummary:
        """Of both rows. Raises PartsMismatch for another version or day."""
        if (self.version, self.day) != (other.version, other.day):
            raise PartsMismatch(
                "parts are of different days or versions",
                place=f"{self.day} of version {self.version}, {other.day} of {other.version}",
                cure="Add summaries of one version and one day only.",
            )
        others = Counter(self.other_contracts) + Counter(other.other_contracts)
        return DaySummary(
            version=self.version,
            day=self.day,
            rows=self.rows + other.rows,
            labelled=self.labelled + other.labelled,
            disputed=self.disputed + other.disputed,
            other_contracts=dict(sorted(others.items())),
            bins=_added(self.bins, other.bins),
            outcomes=self.outcomes + other.outcomes,
            forecast=self.forecast + other.forecast,
            cells=self.cells + other.cells,
            drawn=self.drawn + other.drawn,
        )

    def to_json(self) -> bytes:
        """Everything, for a state that lasts."""
        # Pydantic writes an infinity as null, and a label may be so large that its square is one.
        return json.dumps(_adapter().dump_python(self, mode="json")).encode()

    @classmethod
    def from_json(cls, document: bytes) -> DaySummary:
        """What `to_json` wrote. Raises pydantic's ValidationError."""
        return _adapter().validate_json(document)


def days_within(
    window: Window, version: int, summaries: Iterable[DaySummary]
) -> tuple[DaySummary, ...]:
    """The days of a window, in their order; parts of one day are added up.

    Raises PartsMismatch for another version.
    """
    found = {day: DaySummary(version, day) for day in window.dates}
    for summary in summaries:
        if summary.day in found:
            found[summary.day] += summary
    return tuple(found.values())


def _added(one: Bins, other: Bins) -> Bins:
    names = dict.fromkeys((*one, *other))
    return {name: _sum(one.get(name, ()), other.get(name, ())) for name in sorted(names)}


def _sum(one: tuple[int, ...], other: tuple[int, ...]) -> tuple[int, ...]:
    if not one or not other:
        return one or other
    return tuple(a + b for a, b in zip(one, other, strict=True))


@cache
def _adapter() -> TypeAdapter[DaySummary]:
    return TypeAdapter(DaySummary)
