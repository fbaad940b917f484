"""Whole days drawn anew: what a measure of a window would have been on other days like these."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from mooring.evaluation.bootstrap import SEED, multiplicities, percentiles, tail
from mooring.evaluation.intervals import CONFIDENCE, LEAST_BLOCKS, RESAMPLES

Floats = NDArray[np.float64]


@lru_cache(maxsize=16)
def draws(days: int, chosen: int | None = None, salt: int = 0) -> Floats:
    """How often each of `days` is drawn among `chosen` (as many, unless said), shape (2000, days).

    The same whenever it is asked for, and without `salt` those of `evaluation.intervals`; another
    `salt` draws apart.
    """
    generator = np.random.default_rng(SEED + salt)
    if chosen is None:
        return multiplicities(days, RESAMPLES, generator)
    shares = np.full(days, 1.0 / days)
    return generator.multinomial(chosen, shares, size=RESAMPLES).astype(np.float64)


def bounds(found: Floats, days: int) -> tuple[float, float]:
    """The ends of what resamples of so many days found, at 95 %; NaN for fewer than five days, and
    where a resample finds nothing.
    """
    if days < LEAST_BLOCKS:
        return math.nan, math.nan
    return percentiles(found, tail(days, CONFIDENCE))
