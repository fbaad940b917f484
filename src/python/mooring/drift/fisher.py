"""Fisher's F and the noncentral one, which comes in where a smallest effect is granted."""

from __future__ import annotations

from scipy.stats import f, ncf


def chance_beyond(
    observed: float, degrees: float, denominator: float, noncentrality: float
) -> float:
    """P(F ≥ observed) for F of so many degrees of freedom."""
    if noncentrality > 0:
        return float(ncf.sf(observed, degrees, denominator, noncentrality))
    # scipy's noncentral F answers with negative chances to a noncentrality of 0.
    return float(f.sf(observed, degrees, denominator))


def critical(level: float, degrees: float, denominator: float, noncentrality: float) -> float:
    """What is exceeded with a chance of `level`."""
    if noncentrality > 0:
        return float(ncf.isf(level, degrees, denominator, noncentrality))
    return float(f.isf(level, degrees, denominator))
