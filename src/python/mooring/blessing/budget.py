"""What a model's service may cost: declared with the gate, measured by the serving blessing."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

from mooring.blessing.errors import GateUnusable


@dataclass(frozen=True)
class ServingBudget:
    """Limits on one service process, and how hard it is asked.

    Latencies are milliseconds at the client, over loopback, one row a request, with `connections`
    requests always under way, on whatever machine blesses. Memory is MiB. Override what the model
    needs in `models/<name>/gate.py`, with the reason.
    """

    # Two idle cores answer `flight_delay` in 1.9 ms at the median and 2.0 at p99 with four under
    # way; with seventeen others wanting those cores up to 22 and 55 were seen, natively. A crowded
    # machine must pass: this stops what is wrong in kind, a model that loads something for each row
    # or waits for somebody. Who owns a quiet machine can ask for a tenth of it.
    p50_ms: float = 75.0
    p99_ms: float = 300.0
    # The tree has two processes, supervisor and worker, of 100 and 137 MiB with `flight_delay`;
    # a container of 512 MiB leaves the rest to the kernel and to bursts.
    rss_mb: float = 400.0
    # Private writable memory that each process may ask for; the hard limit under which it boots.
    # `flight_delay` needs 181, of which most is BentoML; models of tens of megabytes fit.
    memory_limit_mb: float = 512.0
    # 2.7 s on two idle cores, 18 s seen on crowded ones; the patience of `mooring serve`.
    boot_seconds: float = 120.0
    # The service's own drain, its last requests, and its supervisor, who looks once a second.
    drain_seconds: float = 20.0
    # In each round, over each route. p99 of 200 is the second slowest.
    requests: int = 200
    # The quietest round counts: other work on the machine adds to a latency and never takes away.
    rounds: int = 5
    # As many as a gateway keeps busy when requests come singly; more only queue for the one core.
    connections: int = 4

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not (math.isfinite(value) and value > 0):
                raise _unusable(f"{field.name} is not a positive number")
        # Fewer have no 99th percentile.
        if self.requests < 100:
            raise _unusable("fewer than 100 requests have no p99")


def _unusable(problem: str) -> GateUnusable:
    cure = "Mend ServingBudget in models/<name>/gate.py."
    return GateUnusable(problem, place="gate, serving budget", cure=cure)
