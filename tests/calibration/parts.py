"""Each of the three statistics by itself: its size, its false alarms, and what it finds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from mooring.drift.clustered import compare
from mooring.drift.shift import shift
from mooring.drift.watch import Watch
from tests.calibration.alarms import QUARTER, STATISTICS, Sums, dealt, judged
from tests.calibration.days import Floats
from tests.calibration.traffic import unchanged

# Of each year, week and statistic; NaN where nothing can be said.
PValues = Mapping[str, NDArray[np.float64]]


@dataclass(frozen=True)
class Part:
    """Weeks of a statistic whose p-value is below 0.05 and 0.01, as a share, with nothing granted
    and with the least effect that matters; its false alarms a quarter, on its third of the budget.
    """

    plain: tuple[float, float]
    granted: tuple[float, float]
    alarms: float


def parts(years: int) -> Mapping[str, Part]:
    """Of each statistic, without a change."""
    plain, granted = _plain(unchanged().sums, years), unchanging(years)
    return {
        name: Part(_shares(plain[name]), _shares(granted[name]), _a_quarter(granted[name]))
        for name in STATISTICS
    }


def after_a_quarter(after: Sums, years: int) -> PValues:
    """Of a quarter without a change and one after it, of shape (years, weeks)."""
    quiet, then = unchanging(years), _p_values(unchanged().sums, after, years, QUARTER, 2 * QUARTER)
    return {n: np.concatenate([quiet[n][:, :QUARTER], then[n]], axis=1) for n in STATISTICS}


@cache
def unchanging(years: int) -> PValues:
    """Of all weeks of years without a change, of shape (years, weeks)."""
    return _p_values(unchanged().sums, unchanged().sums, years, 0, None)


def _p_values(before: Sums, after: Sums, years: int, start: int, end: int | None) -> PValues:
    found = [
        [judged(before, first, after, week) for week in weeks[start:end]]
        for first, weeks in dealt(years, len(before.rows))
    ]
    return {name: np.array([[p[name] for p in year] for year in found]) for name in STATISTICS}


def within(found: PValues, statistic: str, weeks: int) -> float:
    """The share of years in which a statistic alarms in so many weeks after the change, on its
    third of the budget.
    """
    alone = {statistic: found[statistic]}
    return float((_delays(alone, QUARTER * len(STATISTICS)) <= weeks).mean())


def delays(found: PValues) -> Floats:
    """Of each year, the weeks from the change to an alarm of any statistic, or infinity."""
    return _delays(found, QUARTER)


def _delays(found: PValues, budget: float) -> Floats:
    years = zip(*(p.tolist() for p in found.values()), strict=True)
    start = Watch.over(found, budget)
    return np.array([
        _delay(start, [dict(zip(found, week, strict=True)) for week in zip(*year, strict=True)])
        for year in years
    ])  # fmt: skip


def _delay(watch: Watch, weeks: list[dict[str, float]]) -> float:
    for number, week in enumerate(weeks):
        watch = watch.after(week)
        if watch.alarms and number >= QUARTER:
            return number - QUARTER + 1
        watch = watch.again() if watch.alarms else watch
    return float("inf")


def _a_quarter(p: Floats) -> float:
    alarms = 0
    for year in p.tolist():
        watch = _alone("it")
        for value in year:
            watch = watch.after({"it": value})
            if watch.alarms:
                alarms, watch = alarms + 1, watch.again()
    return alarms / p.size * QUARTER


def _alone(name: str) -> Watch:
    return Watch.over([name], QUARTER * len(STATISTICS))


def _plain(sums: Sums, years: int) -> PValues:
    def of(first: NDArray[np.intp], week: NDArray[np.intp]) -> tuple[float, ...]:
        rows = sums.rows[first], sums.rows[week]
        means = (
            shift(each[first], rows[0], each[week], rows[1]).p_value(0.0)
            for each in (sums.residual, sums.loss)
        )
        return compare(sums.bins[first], sums.bins[week]).p_value(0.0), *means

    found = np.array(
        [[of(first, w) for w in weeks] for first, weeks in dealt(years, len(sums.rows))]
    )
    return dict(zip(STATISTICS, np.moveaxis(found, 2, 0), strict=True))


def _shares(p: Floats) -> tuple[float, float]:
    return float((p < 0.05).mean()), float((p < 0.01).mean())
