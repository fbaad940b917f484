"""Runs and aliases in a real MLflow server, which takes ten seconds and more to boot."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from mooring.data.dataset import DatasetVersion
from mooring.process.ports import free_port
from mooring.training.mlflow_tracker import MlflowTracker
from mooring.training.plan import TrainingPlan
from mooring.training.testing.registry import filled


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """A real MLflow server in a process group of its own."""
    port = free_port()
    command = [
        *(sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port)),
        *("--backend-store-uri", f"sqlite:///{tmp_path}/server.db", "--workers", "1"),
        *("--artifacts-destination", str(tmp_path / "artifacts")),
    ]
    path = os.pathsep.join(os.path.abspath(part) for part in sys.path if part)
    environ = {**os.environ, "PYTHONPATH": path, "MLFLOW_DISABLE_TELEMETRY": "true"}
    with (tmp_path / "server.log").open("wb") as log:
        child = subprocess.Popen(
            command, env=environ, stdout=log, stderr=log, cwd=tmp_path, start_new_session=True
        )
    try:
        _wait(f"http://127.0.0.1:{port}/health", child)
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(child.pid, signal.SIGTERM)
        child.wait(timeout=30)


def _wait(url: str, child: subprocess.Popen[bytes], seconds: float = 240) -> None:
    """Ask until the server answers; it has no other way to say that it is there."""
    end = time.monotonic() + seconds
    while child.poll() is None and time.monotonic() < end:
        try:
            urllib.request.urlopen(url, timeout=2).close()
            return
        except OSError:
            time.sleep(0.2)
    raise AssertionError("the MLflow server did not answer")


def test_a_server_shows_the_same(
    server: str, plan: TrainingPlan, dataset: DatasetVersion, rows: pl.DataFrame, tmp_path: Path
) -> None:
    store = filled(MlflowTracker(server), plan, (dataset, rows), tmp_path / "bundles")
    store.registry.mirror("trip", {"champion": store.first, "challenger": store.second})
    assert (store.alias("champion"), store.alias("challenger")) == ("1", "2")
    store.registry.mirror("trip", {"champion": store.second})
    assert (store.alias("champion"), store.alias("challenger")) == ("2", None)
