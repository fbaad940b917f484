"""How quickly /livez answers while predictions take all that the gateway has.

    python -m tests.performance.livez [CONNECTIONS] [SECONDS]

A gateway process before a service process; a third sends predictions from many connections, each
its next one as soon as it has an answer. This one asks /livez all the while, on one connection,
first without the load, then under it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from mooring.gateway.testing.contracts import ROW
from mooring.gateway.testing.environment import environment
from mooring.gateway.testing.gateway import until_ready
from mooring.gateway.testing.process import running
from mooring.gateway.testing.service import ServiceProcess
from tests.performance import load

PATH = "/v1/models/voyage_delay:predict"
_BETWEEN_SECONDS = 0.01
_PREDICTED = ROW["hour"] / 100.0


def measure(connections: int, seconds: float) -> dict[str, Any]:
    """Milliseconds of /livez at rest and under load, and what the load's clients saw."""
    with TemporaryDirectory() as folder, ServiceProcess.running() as service:
        home = Path(folder)
        rows = home / "rows.json"
        rows.write_text(json.dumps([[ROW, _PREDICTED]]))
        # All come from one address here.
        allowed = {"MOORING_CONNECTIONS_PER_ADDRESS": str(connections + 16)}
        with running(home, service.url, **allowed) as gateway:
            until_ready(gateway.port)
            rest = probe(gateway.port, seconds / 2)
            clients = _clients(gateway.port, connections, seconds, rows)
            loaded = probe(gateway.port, seconds)
            seen = json.loads(clients.communicate(timeout=seconds + 30)[0])
    return {"rest": rest, "loaded": loaded, "clients": seen}


def probe(port: int, seconds: float) -> dict[str, float]:
    """Ask again and again; median, 99th percentile and the longest, in milliseconds."""
    took = []
    end = time.monotonic() + seconds
    with closing(HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        while time.monotonic() < end:
            began = time.perf_counter()
            connection.request("GET", "/livez")
            answer = connection.getresponse()
            answer.read()
            took.append((time.perf_counter() - began) * 1e3)
            if answer.status != 200:
                raise RuntimeError(f"/livez answered {answer.status}")
            time.sleep(_BETWEEN_SECONDS)
    took.sort()
    p99 = took[min(int(0.99 * len(took)), len(took) - 1)]
    return {"asked": len(took), "p50": took[len(took) // 2], "p99": p99, "longest": took[-1]}


def _clients(port: int, connections: int, seconds: float, rows: Path) -> subprocess.Popen[str]:
    arguments = [str(port), PATH, str(connections), str(seconds), str(rows)]
    return subprocess.Popen(
        [sys.executable, "-m", load.__name__, *arguments],
        env=environment(), stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def main() -> None:
    """Print the figures."""
    connections, seconds = (*map(float, sys.argv[1:]), 64.0, 5.0)[:2]
    sys.stdout.write(json.dumps(measure(int(connections), seconds)) + "\n")


if __name__ == "__main__":
    main()
