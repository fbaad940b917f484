"""Evidence against no change: e-values of single windows, gathered over time.

An e-value is a non-negative number whose mean is at most 1 where nothing has changed. A mean of
e-values is one again, whatever hangs together among them, so that many statistics of one window
become one number; p-values have no such mean.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

# Windows of p = 0 would make evidence infinite; a p-value is not trusted below this.
SMALLEST_P = 1e-12

# Evidence that is carried on, far beyond any alarm: products must stay finite.
MOST_EVIDENCE = 1e100


def e_value(p_values: ArrayLike) -> float:
    """The mean of ½ · p^(−½) over the p-values of one window; 1 where there is none.

    A calibrator (Vovk & Wang 2021, κ = ½): its mean over uniform p is 1.

    >>> e_value([0.25, 1.0])
    0.75
    """
    p = np.clip(np.atleast_1d(np.asarray(p_values, dtype=np.float64)), SMALLEST_P, 1.0)
    return float(np.mean(0.5 / np.sqrt(p))) if p.size else 1.0


@dataclass(frozen=True)
class Detector:
    """A Shiryaev-Roberts e-detector: M ← E · (M + 1), an alarm at M ≥ A.

    Without a change the mean time to a false alarm is at least A windows (Shin, Ramdas & Rinaldo,
    "E-detectors", 2022), so `alarm_at` is a budget: 90 is one false alarm in ninety windows.
    """

    alarm_at: float
    evidence: float = 0.0

    @property
    def alarms(self) -> bool:
        """Whether the evidence has reached the alarm."""
        return self.evidence >= self.alarm_at

    def after(self, e: float) -> Detector:
        """The detector after a window of e-value `e`; not a number and below 0 count as 1."""
        worth = e if e >= 0 else 1.0
        return Detector(self.alarm_at, min(worth * (self.evidence + 1.0), MOST_EVIDENCE))

    def again(self) -> Detector:
        """Without evidence, as after an alarm or a promotion."""
        return Detector(self.alarm_at)


def split(windows: float, detectors: int) -> float:
    """`alarm_at` of each of several detectors that share one budget of false alarms.

    `windows` is how many may pass, in the mean, until any of them is wrong. Rates add up, so each
    gets so many times as many.

    >>> split(13, 3)
    39
    """
    return windows * detectors
