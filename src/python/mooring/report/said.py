"""How figures are written in a report."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

from mooring.drift.bins import SCORE
from mooring.monitor.judging.figures import Measure
from mooring.monitor.judging.windows import Window
from mooring.report.svg import day, number


def named(feature: str) -> str:
    """A feature's name; the score has one that no feature can have."""
    return "score" if feature == SCORE else feature


def days_of(window: Window) -> str:
    """The days of a window, both ends included."""
    return f"{window.start} to {window.end - timedelta(days=1)}"


def briefly(window: Window) -> str:
    """The same in few letters.

    >>> from datetime import date
    >>> briefly(Window(date(2013, 4, 2), date(2013, 4, 9)))
    '2 Apr 13 – 8 Apr 13'
    """
    return f"{day(window.start)} – {day(window.end - timedelta(days=1))}"


def within(measure: Measure) -> str:
    """A measure with its bounds.

    >>> within(Measure(0.5, 0.4, 0.6)), within(Measure(0.5))
    ('0.5 (0.4 to 0.6)', '0.5')
    """
    if not (math.isfinite(measure.lower) and math.isfinite(measure.upper)):
        return number(measure.value)
    return f"{number(measure.value)} ({number(measure.lower)} to {number(measure.upper)})"


def chance(p: float) -> str:
    """A p-value; far below what counts as one it is only said to be small.

    >>> chance(0.0123), chance(1e-9)
    ('0.012', '< 0.0001')
    """
    return "< 0.0001" if p < 1e-4 else f"{p:.2g}"


def moment(seconds: float | None) -> str:
    """A time that was kept as seconds since 1970, UTC."""
    if seconds is None:
        return "–"
    return datetime.fromtimestamp(seconds, UTC).isoformat(sep=" ", timespec="seconds")[:19]
