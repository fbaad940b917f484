"""A blessing as people read it: a row a check, in a hundred columns."""

from __future__ import annotations

from mooring.blessing.evidence import Check

HEADER = ["verdict", "check", "found", "demanded"]


def row_of(check: Check) -> list[str]:
    """A check as a row below HEADER."""
    asked = check.name if not check.rows else f"{check.name}, {check.rows} rows"
    return [check.verdict, asked, found_in(check), check.demand]


def found_in(check: Check) -> str:
    """What came out: metric, value, interval, and the words for it where there are any.

    >>> told = dict(name="n", rows=9, metric="mae", demand="", verdict="blessed", reason="why")
    >>> found_in(Check(**told, value=7.68123, lower=7.01234, upper=8.5))
    'mae 7.681 (7.012 to 8.5); why'
    >>> found_in(Check(**told, value=None))
    'why'
    """
    versus = check.versus
    if check.value is None:
        return (versus.reason if versus else check.reason) or f"{check.metric} undefined"
    if versus is not None and not versus.reason:
        apart = _bounds(versus.lower, versus.upper)
        return f"{check.metric} {check.value:.4g} against {versus.value:.4g}; apart by{apart}"
    found = f"{check.metric} {check.value:.4g}{_bounds(check.lower, check.upper)}"
    return "; ".join(filter(None, (found, versus.reason if versus else check.reason)))


def _bounds(lower: float | None, upper: float | None) -> str:
    return "" if lower is None or upper is None else f" ({lower:.4g} to {upper:.4g})"
