"""What was seen of a service on trial: plain facts, without a verdict.

A part is None when it was never reached; `trouble` says in one line what stood in the way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Route = Literal["columns", "native"]


@dataclass(frozen=True)
class Boot:
    """How the process came up: `seconds` to ready, or why it never was.

    `fault` tells whose trouble it is: the service's, or the machine's, which judges nobody.
    """

    seconds: float | None
    trouble: str = ""
    fault: Literal["service", "machine"] = "service"
    memory_limited: bool = True


@dataclass(frozen=True)
class Replay:
    """The golden samples over one route: the largest |difference|, or what was answered instead."""

    route: Route
    samples: int
    difference: float | None
    trouble: str = ""


@dataclass(frozen=True)
class Load:
    """One route under load: percentiles of the quietest round in ms, and who was not answered."""

    route: Route
    requests: int
    failed: int
    p50_ms: float
    p99_ms: float
    per_second: float
    trouble: str = ""


@dataclass(frozen=True)
class Drained:
    """What became of every request around a SIGTERM, and of the process.

    `under_way` were sent before the signal and not answered yet, `after` were sent after it.
    `turned_away` of the latter found no listener or lost their connection before a byte of an
    answer: their sender may send them again elsewhere. `unwarned` of these came from a sender whom
    no answer had asked to let go. `failed` are cut off in the middle, answered by an error or
    wrongly, or under way and not answered. All others were answered rightly.
    """

    under_way: int
    after: int
    turned_away: int
    unwarned: int
    failed: int
    exit_code: int | None
    seconds: float
    left_over: int
    port_open: bool
    trouble: str = ""


@dataclass(frozen=True)
class Observed:
    """One trial from start to end."""

    boot: Boot
    replays: tuple[Replay, ...] = ()
    loads: tuple[Load, ...] = ()
    peak_mb: float | None = None
    drained: Drained | None = None
    # Why the trial was cut short, for everything that is missing.
    trouble: str = ""
