"""A Prometheus of our own: on this machine only, and never longer than who started it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mooring.observability.programs import PROMETHEUS
from mooring.observability.prometheus.client import PrometheusClient
from mooring.process.children import Child, Processes
from mooring.process.ports import LOOPBACK, free_port

# Longer than the longest window of a rule, 30 days, so that a budget is never computed of less.
RETENTION = "32d"

# It reads its blocks first; on a machine that is busy this has taken seconds.
_READY_SECONDS = 60.0


def command(config: Path, data: Path, port: int, retention: str = RETENTION) -> list[str]:
    """How to start Prometheus. It listens on loopback, and cannot be stopped or reloaded by HTTP.

    Raises ProgramMissing.
    """
    return [
        PROMETHEUS.path,
        f"--config.file={config}",
        f"--storage.tsdb.path={data}",
        f"--storage.tsdb.retention.time={retention}",
        f"--web.listen-address={LOOPBACK}:{port}",
        # Trace ids on the buckets of the gateway's latency.
        "--enable-feature=exemplar-storage",
        "--log.level=warn",
    ]


def start(
    processes: Processes, config: Path, data: Path, port: int, retention: str = RETENTION
) -> Child:
    """Start Prometheus among `processes`, and wait until it answers. Raises ProcessFailed."""
    child = processes.start("prometheus", command(config, data, port, retention), {})
    client = PrometheusClient(f"http://{LOOPBACK}:{port}")
    processes.wait_until(child, client.ready, _READY_SECONDS)
    return child


@contextmanager
def started(
    folder: Path, config: str, data: Path, retention: str = RETENTION
) -> Iterator[PrometheusClient]:
    """A Prometheus on a free port with the text `config` and the database `data`.

    Its configuration and its log are written into `folder`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "prometheus.yml"
    file.write_text(config)
    port = free_port()
    with Processes(folder / "logs") as processes:
        start(processes, file, data, port, retention)
        yield PrometheusClient(f"http://{LOOPBACK}:{port}")
