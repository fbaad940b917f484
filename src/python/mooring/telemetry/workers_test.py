"""Workers as processes of their own: what they count is in files, which this process reads."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest

from mooring.telemetry import binding, metric, workers
from mooring.telemetry.workers import AddedUp, ProcessesOf, Workers

# Joins its place, counts what it is told to and waits for the end of its standard input.
WORKER = """
import sys; sys.path[:] = {path!r}
import prometheus_client  # imported too early for the variable that it reads
from pathlib import Path
from {binding} import bind
from {metric} import Label, Metric
from {workers} import Workers
KIND = Label("kind", ("hot", "cold"))
COUNTED = Metric("mooring_c_total", "counter", "C.", ("service",), (KIND,))
HIGHEST = Metric("mooring_h", "gauge", "H.", ("service",))
BUSY = Metric("mooring_b", "gauge", "B.", ("service",), merge="livesum")
TIMED = Metric("mooring_t_seconds", "histogram", "T.", ("service",), (), "seconds", (1.0, 2.0))
_, folder, place, count, high, busy, took = sys.argv
Workers(Path(folder), 0).join(int(place))
instruments = bind((COUNTED, HIGHEST, BUSY, TIMED), prometheus_client.CollectorRegistry())
instruments.add(COUNTED, float(count), kind="hot")
instruments.set(HIGHEST, float(high))
if int(busy):
    instruments.set(BUSY, float(busy))
instruments.observe(TIMED, float(took))
print("counted", flush=True)
sys.stdin.read()
"""

IMPORTED = {part.__name__.rpartition(".")[2]: part.__name__ for part in (binding, metric, workers)}

Worker = subprocess.Popen[str]
Start = Callable[..., Worker]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start a worker that has counted: `start(place, count, high, busy, took)`."""
    with ExitStack() as stack:

        def started(
            place: int, count: int = 1, high: int = 1, busy: int = 1, took: int = 1
        ) -> Worker:
            numbers = [str(n) for n in (place, count, high, busy, took)]
            program = WORKER.format(path=sys.path, **IMPORTED)
            command = [sys.executable, "-c", program, str(tmp_path), *numbers]
            pipe = subprocess.PIPE
            worker = stack.enter_context(Worker(command, stdin=pipe, stdout=pipe, text=True))
            assert worker.stdout is not None
            assert worker.stdout.readline() == "counted\n"
            return worker

        yield started


def ended(worker: Worker) -> None:
    worker.send_signal(signal.SIGKILL)
    worker.wait(20)


@pytest.fixture
def shown(tmp_path: Path) -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(AddedUp(Workers(tmp_path, os.getpid())))
    return registry


def test_counters_and_histograms_add_up_and_gauges_become_what_they_are_declared_to(
    start: Start, shown: CollectorRegistry
) -> None:
    start(1, count=3, high=7, busy=2, took=1)
    start(2, count=4, high=5, busy=3, took=2)
    value = shown.get_sample_value
    assert value("mooring_c_total", {"kind": "hot"}) == 7.0
    assert value("mooring_c_total", {"kind": "cold"}) == 0.0
    assert value("mooring_h") == 7.0
    assert value("mooring_b") == 5.0
    assert value("mooring_t_seconds_bucket", {"le": "1.0"}) == 1.0
    assert value("mooring_t_seconds_count") == 2.0
    assert "pid" not in generate_latest(shown).decode()


def test_who_follows_in_a_place_counts_on_and_leaves_no_more_files(
    start: Start, shown: CollectorRegistry, tmp_path: Path
) -> None:
    ended(start(1, count=3, busy=9))
    files = sorted(tmp_path.iterdir())
    start(1, count=4, busy=0)
    assert shown.get_sample_value("mooring_c_total", {"kind": "hot"}) == 7.0
    assert shown.get_sample_value("mooring_b") == 0.0
    assert sorted(tmp_path.iterdir()) == files


def test_what_the_dead_counted_stays_and_what_only_the_living_know_goes(
    start: Start, shown: CollectorRegistry
) -> None:
    start(1, count=3, busy=2)
    ended(start(2, count=4, busy=3))
    assert shown.get_sample_value("mooring_c_total", {"kind": "hot"}) == 7.0
    assert shown.get_sample_value("mooring_b") == 2.0


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/proc is Linux'")
def test_processes_are_told_as_one(start: Start, tmp_path: Path) -> None:
    first, second = start(1), start(2)
    both = CollectorRegistry()
    both.register(ProcessesOf(Workers(tmp_path, os.getpid())))
    fds, began = "process_open_fds", "process_start_time_seconds"
    assert both.get_sample_value(fds) == _of(first, fds) + _of(second, fds)
    assert both.get_sample_value(began) == max(_of(first, began), _of(second, began))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/proc is Linux'")
def test_cpu_time_of_the_dead_is_kept(start: Start, tmp_path: Path) -> None:
    start(1)
    second = start(2)
    both = CollectorRegistry()
    both.register(ProcessesOf(Workers(tmp_path, os.getpid())))
    before = both.get_sample_value("process_cpu_seconds_total")
    assert before
    assert before > 0.0
    ended(second)
    after = both.get_sample_value("process_cpu_seconds_total")
    assert after
    assert after >= before


def _of(worker: Worker, name: str) -> float:
    registry = CollectorRegistry()
    ProcessCollector(pid=lambda: worker.pid, registry=registry)
    value = registry.get_sample_value(name)
    assert value is not None
    return value
