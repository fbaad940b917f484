"""Which features to name beside an alarm, so that few of the names are wrong."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy.stats import false_discovery_control

# Of the names, the share that may be wrong in the mean.
WRONG_NAMES = 0.05


def named(p_values: Mapping[str, float], wrong: float = WRONG_NAMES) -> frozenset[str]:
    """Features whose p-values stand out, by Benjamini and Hochberg (1995).

    It names and does not alarm: repeated window after window it would name somebody sooner or
    later. Features without a p-value (NaN) are never named.

    >>> sorted(named({"temp": 1e-6, "carrier": 0.4, "hour": 0.02}))
    ['hour', 'temp']
    """
    known = {name: p for name, p in p_values.items() if not np.isnan(p)}
    if not known:
        return frozenset()
    adjusted = false_discovery_control(list(known.values()))
    return frozenset(name for name, q in zip(known, adjusted, strict=True) if q <= wrong)
