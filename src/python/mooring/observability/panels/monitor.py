"""Whether the monitor does its work, and on how much."""

from __future__ import annotations

from mooring.observability.panel import Panel
from mooring.observability.queries.scope import Scope
from mooring.observability.query import Query
from mooring.telemetry.drift import (
    DRIFT_INTERVAL,
    DRIFT_LAST_RUN,
    DRIFT_RUNS,
    DRIFT_WINDOW_END,
    DRIFT_WINDOW_ROWS,
)
from mooring.telemetry.monitor import MONITOR_LAG, MONITOR_ROWS, MONITOR_SEGMENTS


def window(scope: Scope) -> Panel:
    """Rows of the last closed window."""
    return Panel(
        "Rows of the last window",
        "timeseries",
        (Query(scope.most(DRIFT_WINDOW_ROWS, "model", "version"), "{{version}}"),),
        "none",
        "Rows that the last closed window held, by event time. Windows are whole cycles, such as "
        "weeks, since a weekday would pass for drift.",
        "About as many in each window, and 500 at least.",
        "Few: the window stays open until it has enough, and drift is found later.",
        least=0.0,
        width=8,
    )


def window_age(scope: Scope) -> Panel:
    """How long ago the last window ended."""
    return Panel(
        "Time since the last window closed",
        "timeseries",
        (Query(scope.age(DRIFT_WINDOW_END, "model", "version"), "{{model}} {{version}}"),),
        "s",
        "Time since the event time at which the last closed window ends. A replay of the past "
        "makes it large.",
        "A saw tooth of the window's length.",
        "Growing beyond: too few rows come in, or the monitor does not run; see *Time since the "
        "monitor ran*.",
        least=0.0,
        width=8,
    )


def runs(scope: Scope) -> Panel:
    """Runs of the monitor by outcome."""
    return Panel(
        "Runs of the monitor",
        "timeseries",
        (Query(scope.growth(DRIFT_RUNS, "model", "outcome"), "{{model}} {{outcome}}"),),
        "none",
        "Runs of the drift monitor, by what came of them.",
        "`ok`, or `too_few_rows` where traffic is thin.",
        "`failed`: its log says why. Until it runs again nothing is found.",
        least=0.0,
        width=8,
    )


def staleness(scope: Scope) -> Panel:
    """How long ago the monitor ran, and how often it should."""
    return Panel(
        "Time since the monitor ran",
        "timeseries",
        (
            Query(scope.age(DRIFT_LAST_RUN, "model"), "{{model}}"),
            Query(scope.most(DRIFT_INTERVAL, "model"), "{{model}}, interval", role="threshold"),
        ),
        "s",
        "Time since the drift monitor last ran to its end, and how often it is to run.",
        "A saw tooth below the interval.",
        "Above three intervals: start the monitor; silence of the drift board means nothing until "
        "then.",
        least=0.0,
        width=8,
    )


def segments(scope: Scope) -> Panel:
    """Segments of the log by what became of them."""
    return Panel(
        "Segments of the log that were read",
        "timeseries",
        (Query(scope.growth(MONITOR_SEGMENTS, "model", "outcome"), "{{model}} {{outcome}}"),),
        "none",
        "Segments of the prediction log, by what the monitor made of them.",
        "`read`. One `cut_short` after a power cut is harmless.",
        "`refused`: a segment's checksum is wrong; its records are left out.",
        least=0.0,
        width=8,
    )


def read(scope: Scope) -> Panel:
    """Predictions read out of the log."""
    return Panel(
        "Predictions read from the log",
        "timeseries",
        (Query(scope.rate(MONITOR_ROWS, "model"), "{{model}}"),),
        "cps",
        "Predictions in a second that the monitor read out of the log.",
        "Over hours as many as are written.",
        "None while predictions are written: see *Age of what is not read yet*.",
        least=0.0,
        width=8,
    )


def lag(scope: Scope) -> Panel:
    """How far the monitor is behind."""
    return Panel(
        "Age of what is not read yet",
        "timeseries",
        (Query(scope.most(MONITOR_LAG, "model"), "{{model}}"),),
        "s",
        "Age of the oldest sealed segment of the prediction log that has not been read.",
        "Minutes.",
        "Growing: the monitor does not keep up or does not see the log's folder.",
        least=0.0,
        width=8,
    )
