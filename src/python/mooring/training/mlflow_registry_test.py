"""Aliases in a real registry: a database of the test's own, and a server on loopback."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl
import pytest
from mlflow.tracking import MlflowClient

from mooring.data.dataset import DatasetVersion
from mooring.training.errors import TrackingUnavailable
from mooring.training.mlflow_registry import MlflowRegistry
from mooring.training.mlflow_tracker import MlflowTracker, sqlite_tracker
from mooring.training.plan import TrainingPlan
from mooring.training.registry import Holder
from mooring.training.train import Trained, train


@dataclass(frozen=True)
class Store:
    """A registry with the runs of two bundles in its store."""

    registry: MlflowRegistry
    client: MlflowClient
    first: Holder
    second: Holder

    def alias(self, role: str) -> str | None:
        """The release version that an alias points at."""
        aliases = self.client.get_registered_model("trip").aliases
        if role not in aliases:
            return None
        found = self.client.get_model_version("trip", aliases[role])
        return str(found.tags["release_version"])


def holder(trained: Trained, version: int) -> Holder:
    return Holder(trained.bundle.id, version, trained.run, {"evaluation": f"{version:064x}"})


def filled(
    tracker: MlflowTracker, plan: TrainingPlan, data: tuple[DatasetVersion, pl.DataFrame], to: Path
) -> Store:
    first = train(plan, *data, to, tracker)
    second = train(replace(plan, seed=2), *data, to, tracker)
    client = MlflowClient(tracker.uri, tracker.uri)
    return Store(MlflowRegistry(tracker.uri), client, holder(first, 1), holder(second, 2))


@pytest.fixture
def store(plan: TrainingPlan, dataset: DatasetVersion, rows: pl.DataFrame, tmp_path: Path) -> Store:
    return filled(sqlite_tracker(tmp_path / "home"), plan, (dataset, rows), tmp_path / "bundles")


def test_aliases_follow_a_model_through_its_life(store: Store) -> None:
    mirror = store.registry.mirror
    mirror("trip", {"champion": store.first})
    assert (store.alias("champion"), store.alias("challenger")) == ("1", None)

    mirror("trip", {"champion": store.first, "challenger": store.second})
    assert (store.alias("champion"), store.alias("challenger")) == ("1", "2")

    mirror("trip", {"champion": store.second})
    assert (store.alias("champion"), store.alias("challenger")) == ("2", None)

    rolled_back = mirror("trip", {"champion": store.first})
    assert (store.alias("champion"), rolled_back.aliases) == ("1", {"champion": "1"})
    versions = store.client.search_model_versions("name = 'trip'")
    assert {v.tags["bundle"] for v in versions} == {store.first.bundle, store.second.bundle}
    assert len(versions) == 2


def test_a_version_tells_bundle_release_and_evidence_and_is_that_of_the_run(store: Store) -> None:
    store.registry.mirror("trip", {"champion": store.first})
    found = store.client.get_model_version_by_alias("trip", "champion")
    assert found.tags == {
        "bundle": store.first.bundle,
        "release_version": "1",
        "blessing.evaluation": f"{1:064x}",
    }
    assert found.run_id == store.first.run


def test_mirroring_again_repairs_what_somebody_moved(store: Store) -> None:
    store.registry.mirror("trip", {"champion": store.first, "challenger": store.second})
    store.client.set_registered_model_alias("trip", "champion", "2")
    store.client.delete_registered_model_alias("trip", "challenger")
    store.registry.mirror("trip", {"champion": store.first, "challenger": store.second})
    assert (store.alias("champion"), store.alias("challenger")) == ("1", "2")


@pytest.mark.parametrize(
    "run",
    [
        pytest.param("", id="of a bundle that names no run"),
        pytest.param("0" * 32, id="the store does not know"),
        pytest.param("second", id="of another bundle"),
    ],
)
def test_no_alias_points_at_the_wrong_model_for_a_run(store: Store, run: str) -> None:
    store.registry.mirror("trip", {"champion": store.second})
    run = store.second.run if run == "second" else run
    strange = Holder("f" * 64, 1, run, {})
    told = store.registry.mirror("trip", {"champion": strange})
    assert (store.alias("champion"), told.aliases) == (None, {})
    assert told.notes == ("version 1 is not shown: its run is not in the store",)


def test_a_store_that_cannot_be_used_is_named_with_the_cure(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    registry = MlflowRegistry(f"sqlite:///{tmp_path}/file/mlruns.db")
    with pytest.raises(TrackingUnavailable) as refused:
        registry.mirror("trip", {})
    assert "mooring mirror trip" in refused.value.cure


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """A real MLflow server in a process group of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
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


def _wait(url: str, child: subprocess.Popen[bytes], seconds: float = 90) -> None:
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
