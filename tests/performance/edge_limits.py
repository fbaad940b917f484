"""The limits of the gateway's edge, as measured on a real process with its defaults.

    python -m tests.performance.edge_limits           a Markdown table, for docs/gateway/edge.md

Takes a minute: an idle connection is waited for. Work is processor time of the gateway alone; in a
ratio, what else the machine does counts, too.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from mooring.gateway.testing.gateway import until_ready
from mooring.gateway.testing.process import running
from mooring.gateway.testing.upstream import upstream
from tests.performance import edge_bodies, edge_clients, edge_traffic


def measured() -> Iterator[tuple[str, str, str]]:
    """What is limited, by what default, and what was measured."""
    with (
        tempfile.TemporaryDirectory() as home,
        upstream() as service,
        running(Path(home), service.url) as gateway,
    ):
        until_ready(gateway.port)
        yield from _deadlines(gateway.port)
        yield from edge_clients.caps(gateway.port)
        yield from edge_bodies.sizes(gateway.port, gateway.process.pid)
        yield from edge_bodies.shapes(gateway.port, gateway.process.pid)
        yield from edge_traffic.rows(gateway.port)


def _deadlines(port: int) -> Iterator[tuple[str, str, str]]:
    """All at once: they only wait."""
    with ThreadPoolExecutor(len(edge_clients.SLOW)) as threads:
        waiting = [
            (name, limit, threads.submit(edge_clients.ended_after, port, sends))
            for name, limit, sends in edge_clients.SLOW
        ]
        for name, limit, outcome in waiting:
            seconds, said = outcome.result()
            yield name, limit, f"{said} after {seconds:.2f} s"


def main() -> None:
    """Print the table."""
    say = sys.stdout.write
    say("| Limit | default | measured |\n|---|---|---|\n")
    for row in measured():
        say(f"| {' | '.join(row)} |\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
