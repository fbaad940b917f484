"""Looks at several models: what ends one of them, and what the others and the probes know of it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from mooring.monitor.champion import Champions
from mooring.monitor.judging.testing.rides import FIRST, Rides
from mooring.monitor.runtime import Runtime
from mooring.monitor.testing.monitor import Monitor
from mooring.monitor.testing.world import MODEL, World
from mooring.telemetry.binding import bind
from mooring.telemetry.drift import DRIFT_RUNS


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path, Rides(rows=100))
    world.promote()
    return world


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def runtime(world: World, registry: CollectorRegistry) -> Iterator[Runtime]:
    with Monitor(world) as monitor:
        champions = Champions(world.models, world.home)
        instruments = bind([DRIFT_RUNS], registry)
        yield Runtime(world.settings, champions, monitor.look_at, instruments)


def runs(registry: CollectorRegistry, model: str, outcome: str) -> float | None:
    return registry.get_sample_value(DRIFT_RUNS.name, {"model": model, "outcome": outcome})


def test_a_fault_at_one_model_is_counted_and_told_and_stops_no_other(
    world: World,
    runtime: Runtime,
    registry: CollectorRegistry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    for name in ("aaa", "zzz"):
        (world.models / name).mkdir()
        (world.models / name / "release.json").write_text("{")
    with caplog.at_level(logging.WARNING):
        runtime.look_at_all()
    assert set(runtime.views) == {MODEL}
    assert [runs(registry, name, "failed") for name in ("aaa", "zzz")] == [1.0, 1.0]
    assert runs(registry, MODEL, "ok") == 1.0
    assert {vars(record)["model"] for record in caplog.records} == {"aaa", "zzz"}
    assert runtime.unready == ""


def test_a_disk_that_refuses_makes_it_unready_until_it_takes_again(
    world: World, runtime: Runtime
) -> None:
    folder = world.tables.folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.write_text("a file where the tables are to be")
    world.log(FIRST, 1)
    runtime.look_at_all()
    assert str(folder) in runtime.unready
    folder.unlink()
    runtime.look_at_all()
    assert runtime.unready == ""
    assert runtime.views[MODEL].collected.totals.predictions == 100


def test_what_is_to_end_is_not_relied_on(runtime: Runtime) -> None:
    assert runtime.broken(MODEL) == ()
    runtime.stop()
    runtime.look_at_all()
    assert runtime.unready == "about to stop"
    assert runtime.views == {}
