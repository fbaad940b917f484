"""From what was seen to what may be: ranges wider than the sample, and rounded."""

from __future__ import annotations

import math

from mooring.contract.feature import EXACT_INTEGER

# How far beyond the seen range a value may lie, as a share of its width: a sample of hundreds
# has not seen the extremes, and a reading ten times too large should still be refused.
PADDING = 0.5


def padded(low: float, high: float) -> tuple[float, float]:
    """Bounds around a seen range, rounded outwards; nothing turns negative that never was.

    >>> padded(6.981, 28.11)
    (0.0, 39.0)
    """
    margin = PADDING * ((high - low) or abs(high) or 1.0)
    if not math.isfinite(margin):
        return low, high
    lower = 0.0 if 0 <= low < 2 * margin else _rounded(low - margin, math.floor)
    upper = 0.0 if -2 * margin < high <= 0 else _rounded(high + margin, math.ceil)
    return min(lower, low), max(upper, high)


def padded_integers(low: int, high: int) -> tuple[int, int]:
    """The same for integers; yes and no as 0 and 1 stay what they are.

    >>> padded_integers(0, 1), padded_integers(3, 21)
    ((0, 1), (0, 30))
    """
    if low >= 0 and high <= 1:
        return 0, 1
    lower, upper = padded(low, high)
    return max(int(lower), -EXACT_INTEGER), min(int(upper), EXACT_INTEGER)


def _rounded(value: float, towards: object) -> float:
    """Two significant digits, `towards` floor or ceil."""
    if value == 0 or not math.isfinite(value):
        return 0.0 if value == 0 else value
    step = 10.0 ** (math.floor(math.log10(abs(value))) - 1)
    rounded = math.floor(value / step) if towards is math.floor else math.ceil(value / step)
    return float(f"{rounded * step:.2g}")
