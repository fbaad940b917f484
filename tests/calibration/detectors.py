"""How long detectors stay silent without a change, and how soon they speak after one: simulated.

Windows are p-values: uniform without a change, Beta(a, 1) of one statistic after it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mooring.drift.watch import Watch
from tests.calibration.alarms import QUARTER
from tests.calibration.clustered import SEED


@dataclass(frozen=True)
class Runs:
    """Windows until an alarm, of each run; shape (runs,)."""

    lengths: NDArray[np.intp]

    @property
    def mean(self) -> float:
        """The mean; without a change it is the average run length, ARL."""
        return float(self.lengths.mean())

    @property
    def lower(self) -> float:
        """The one-sided 95 % lower bound of the mean."""
        error = self.lengths.std(ddof=1) / np.sqrt(len(self.lengths))
        return float(self.mean - 1.645 * error)


def silent(windows: float, statistics: int, runs: int, *, alike: bool = False) -> Runs:
    """Runs without a change, on a budget of `windows` for so many statistics, which may all say the
    same.
    """
    chance = np.random.default_rng(SEED)
    watch = _watch(windows, statistics)
    return Runs(np.array([_until(watch, chance, 1.0, alike=alike) for _ in range(runs)]))


def delayed(windows: float, statistics: int, runs: int, a: float) -> Runs:
    """Runs from a change on, which the first statistic tells by Beta(a, 1), after a quarter of
    silence in which an alarm is followed by a new beginning.
    """
    chance = np.random.default_rng(SEED)
    return Runs(
        np.array([
            _until(_after_a_quarter(_watch(windows, statistics), chance), chance, a, alike=False)
            for _ in range(runs)
        ])
    )  # fmt: skip


def _watch(windows: float, statistics: int) -> Watch:
    return Watch.over((str(number) for number in range(statistics)), windows)


def _after_a_quarter(watch: Watch, chance: np.random.Generator) -> Watch:
    for _ in range(QUARTER):
        watch = watch.after(_p_values(watch, chance, 1.0, alike=False))
        watch = watch.again() if watch.alarms else watch
    return watch


def _until(watch: Watch, chance: np.random.Generator, a: float, *, alike: bool) -> int:
    passed = 0
    while not watch.alarms:
        watch = watch.after(_p_values(watch, chance, a, alike=alike))
        passed += 1
    return passed


def _p_values(
    watch: Watch, chance: np.random.Generator, a: float, *, alike: bool
) -> dict[str, float]:
    first, *others = watch.detectors
    # U^(1/a) of a uniform U follows Beta(a, 1).
    told = chance.random() ** (1.0 / a)
    return {first: told, **{other: told if alike else chance.random() for other in others}}
