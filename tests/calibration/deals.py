"""Which days a rule is shown: a reference, a quarter of nothing new, three weeks after a change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tests.calibration.alarms import QUARTER, dealt
from tests.calibration.clustered import REFERENCE, WINDOW
from tests.calibration.found import WEEKS
from tests.calibration.traffic import unchanged

Days = tuple[int, ...]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Deal:
    """One year: numbers of days."""

    reference: Days
    quiet: tuple[Days, ...]
    changed: tuple[Days, ...] = ()


@dataclass(frozen=True)
class Verdicts:
    """In which weeks a rule alarms: of shape (years, weeks) without a change and after each, and of
    shape (weeks,) for the real year in its order.
    """

    quiet: Flags
    changed: Mapping[str, Flags]
    real: Flags

    @property
    def a_quarter(self) -> float:
        """Weeks that alarm without a change, of the thirteen of a quarter."""
        return float(self.quiet.mean() * QUARTER)

    def within(self, change: str, weeks: int) -> float:
        """The share of years that alarm in so many weeks after a change."""
        return float(self.changed[change][:, :weeks].any(axis=1).mean())


def deals(years: int) -> list[Deal]:
    """Years whose days are dealt anew: the first of those that `alarms` judges."""
    return [
        Deal(_days(first), tuple(map(_days, weeks[:QUARTER])), tuple(map(_days, after)))
        for first, weeks in dealt(years, _count())
        for after in [weeks[QUARTER : QUARTER + WEEKS]]
    ]


def in_order() -> Deal:
    """The year as it was, after the days of the champion's reference."""
    order = np.arange(_count())
    starts = range(REFERENCE, len(order) - WINDOW + 1, WINDOW)
    return Deal(_days(order[:REFERENCE]), tuple(_days(order[s : s + WINDOW]) for s in starts))


def _days(days: NDArray[np.intp]) -> Days:
    return tuple(days.tolist())


def _count() -> int:
    return int(unchanged().day.max()) + 1
