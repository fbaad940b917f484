"""What the processes use of their machines, and what their logs and traces lost."""

from __future__ import annotations

from mooring.observability.panel import Panel
from mooring.observability.queries.foreign import COLLECTIONS, CPU, MEMORY, MOST_FILES, OPEN_FILES
from mooring.observability.queries.scope import EVERY
from mooring.observability.query import Query
from mooring.telemetry.operation import LOG_LINES_DROPPED, TRACE_SPANS

_OURS = ('job=~"mooring-.+"',)
_TARGET = ("job", "instance")


def cpu() -> Panel:
    """CPU of each process."""
    return Panel(
        "CPU",
        "timeseries",
        (Query(EVERY.rate(CPU, *_TARGET, where=_OURS), "{{job}} {{instance}}"),),
        "none",
        "Cores that each process keeps busy.",
        "Follows the requests. A gateway is one process and uses at most one core.",
        "A gateway near 1: add a gateway. A service near its limit: add workers or replicas.",
        least=0.0,
        width=8,
    )


def memory() -> Panel:
    """Resident memory of each process."""
    return Panel(
        "Memory",
        "timeseries",
        (Query(EVERY.most(MEMORY, *_TARGET, where=_OURS), "{{job}} {{instance}}"),),
        "bytes",
        "Memory that is resident, for each process.",
        "Flat after the first minutes.",
        "Growing for hours: a leak. Compare with *Queue of the prediction log* and *Open "
        "connections*, which are bounded; then restart the process and report it.",
        least=0.0,
        width=8,
    )


def files() -> Panel:
    """How much of the allowed file descriptors is used."""
    used = EVERY.most(OPEN_FILES, *_TARGET, where=_OURS)
    return Panel(
        "Open files, of what is allowed",
        "timeseries",
        (
            Query(
                f"{used} / {EVERY.most(MOST_FILES, *_TARGET, where=_OURS)}", "{{job}} {{instance}}"
            ),
        ),
        "percentunit",
        "Part of the file descriptors that a process may open; connections are most of them.",
        "Below a half.",
        "Near all: new connections fail. See *Open connections*, and raise the limit of the "
        "process.",
        least=0.0,
        most=1.0,
        width=8,
    )


def collections() -> Panel:
    """Full garbage collections, which stop everything."""
    return Panel(
        "Full garbage collections",
        "timeseries",
        (
            Query(
                EVERY.rate(COLLECTIONS, *_TARGET, where=('generation="2"',)), "{{job}} {{instance}}"
            ),
        ),
        "cps",
        "Collections of the oldest generation in a second; each stops its process for "
        "milliseconds. Services of several workers do not tell.",
        "Far below one a minute: what lives as long as the process is frozen after its start.",
        "Many: compare with the slowest answers of *Answers by their time*.",
        least=0.0,
        width=8,
    )


def lost_lines() -> Panel:
    """What logs and traces lost."""
    return Panel(
        "Log lines and spans that were lost",
        "timeseries",
        (
            Query(EVERY.rate(LOG_LINES_DROPPED), "log lines dropped"),
            Query(EVERY.rate(TRACE_SPANS, "outcome"), "spans {{outcome}}"),
        ),
        "cps",
        "Log lines that were not written because their reader or disk did not keep up, and spans "
        "by what became of them.",
        "Spans are exported where a collector is configured; nothing is dropped or failed.",
        "Requests do not wait for either, so answers are fine while evidence is lost: mend the "
        "reader of the log, or the collector.",
        least=0.0,
        width=8,
    )
