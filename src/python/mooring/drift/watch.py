"""Which of several statistics alarm, on one budget of false alarms for all of them together."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

from mooring.drift.evidence import Detector, e_value, split


@dataclass(frozen=True)
class Watch:
    """A detector for each statistic that may ask for a retrain.

    Apart rather than as one mean of e-values: one statistic that has changed is found as fast as
    if it were alone with its part of the budget, however many others have not.
    """

    detectors: Mapping[str, Detector]

    @classmethod
    def over(cls, statistics: Iterable[str], windows: float) -> Self:
        """Without evidence yet, for one false alarm of any of them in `windows` windows at most, in
        the mean.
        """
        names = tuple(statistics)
        alarm_at = split(windows, len(names))
        return cls({name: Detector(alarm_at) for name in names})

    def after(self, p_values: Mapping[str, float]) -> Watch:
        """After a window. A statistic without a p-value (absent or NaN) learns nothing from it."""
        found = {
            name: detector.after(e_value(p_values[name]))
            for name, detector in self.detectors.items()
            if not math.isnan(p_values.get(name, math.nan))
        }
        return Watch({**self.detectors, **found})

    @property
    def alarms(self) -> tuple[str, ...]:
        """The statistics that alarm, in the order in which they were named."""
        return tuple(name for name, detector in self.detectors.items() if detector.alarms)

    def again(self) -> Watch:
        """Without evidence, as after an alarm that was answered, or a promotion."""
        return Watch({name: detector.again() for name, detector in self.detectors.items()})
