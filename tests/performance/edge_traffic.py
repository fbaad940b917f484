"""What well-behaved clients feel of two hundred slow ones: the same load with and without them."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from mooring.gateway.testing.contracts import ROW
from mooring.gateway.testing.environment import environment
from mooring.gateway.testing.gateway import until_ready

SLOW = 200
_CONNECTIONS = 4
_PATH = "/v1/models/voyage_delay:predict"


def rows(port: int) -> Iterator[tuple[str, str, str]]:
    """The table's row."""
    quiet, attacked = compared(port, rounds=5, seconds=4.0)
    p50, p99 = (f"{median_of(attacked, n) / median_of(quiet, n):.2f}" for n in ("p50", "p99"))
    requests = sum(each["requests"] for each in attacked)
    wrong = sum(each["wrong"] for each in attacked)
    yield (
        f"{SLOW} dripping sockets",
        "5 s each",
        f"{requests:,.0f} good requests meanwhile, {wrong:.0f} failed; "
        f"their p50 × {p50}, p99 × {p99} (medians of 5 rounds)",
    )


def compared(
    port: int, rounds: int, seconds: float
) -> tuple[list[dict[str, float]], list[dict[str, float]]]:
    """The load alone and among slow senders, in turn; µs."""
    quiet, attacked = [], []
    for _ in range(rounds):
        quiet.append(_load(port, seconds))
        with _dripping(port):
            attacked.append(_load(port, seconds))
    return quiet, attacked


def median_of(found: list[dict[str, float]], name: str) -> float:
    """Over the rounds."""
    return median(each[name] for each in found)


@contextmanager
def _dripping(port: int) -> Iterator[None]:
    command = [sys.executable, "-m", "tests.performance.dripping", str(port), str(SLOW)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment(), text=True) as slow:
        try:
            if slow.stdout is None or slow.stdout.readline() != "open\n":
                raise ChildProcessError("the slow senders did not start")
            # Connections are accepted in their order: whoever is answered now came after them.
            until_ready(port)
            yield
        finally:
            slow.kill()


def _load(port: int, seconds: float) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        sent = Path(folder) / "rows.json"
        pairs = [[ROW | {"hour": hour}, hour / 100.0] for hour in range(24)]
        sent.write_text(json.dumps(pairs))
        command = [
            sys.executable, "-m", "tests.performance.load",
            str(port), _PATH, str(_CONNECTIONS), str(seconds), str(sent),
        ]  # fmt: skip
        done = subprocess.run(
            command, env=environment(), capture_output=True, text=True, check=True
        )
        found: dict[str, float] = json.loads(done.stdout)
        return found
