"""Monitors killed at random moments, and what tables and log hold afterwards."""

from __future__ import annotations

import multiprocessing
import random
import signal
import time
from collections import Counter
from dataclasses import dataclass, field
from multiprocessing.synchronize import Event
from pathlib import Path

import polars as pl

from mooring.monitor.tables.claims import LOGS
from mooring.monitor.tables.collect import Limits, collect
from mooring.monitor.tables.delta import ID, parts_of
from mooring.monitor.tables.layout import Tables
from mooring.monitor.tables.testing.log import labels, name_of, predictions, seal
from mooring.monitor.tables.upkeep import compact
from mooring.predictionlog.reader import read

# Not forked from here: polars and deltalake have threads, which a fork would not take along.
_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload([__name__])

_ROWS = 3
_SEGMENTS = 10  # of each log, before each kill
# Commits of about two segments, so that kills come into all their steps.
_LIMITS = Limits(segment_bytes=1_500, label_bytes=1_500)


@dataclass
class Kills:
    """How many were killed, how many of them in the middle of work, how many rows were made."""

    kills: int = 0
    inside: int = 0
    predictions: int = 0
    labels: int = 0
    names: list[str] = field(default_factory=list)


def kill_monitors(tables: Tables, kills: int, seed: int) -> Kills:
    """Kill that many monitors, one after the other, and look for every row after each of them.

    The moments are spread evenly over what the work takes here and now.
    """
    draw = random.Random(seed)
    done = Kills()
    _write(tables, done)
    started = time.perf_counter()
    _work(tables)
    seconds = time.perf_counter() - started
    for _ in range(kills):
        _write(tables, done)
        done.inside += _kill_one(tables, draw.uniform(0, seconds))
        done.kills += 1
        check(tables, done)
    return done


def check(tables: Tables, done: Kills) -> None:
    """Every row is in the table once, or else in the log; none is in the table twice."""
    for log in LOGS:
        held = Counter(_ids_in(tables.of(log)))
        assert set(held.values()) <= {1}, "a row is there twice"  # noqa: S101
        waiting = {name for _, rows in read(tables.log, log, tables.model) for name in rows.ids}
        assert held.keys() | waiting == set(done.names), "a row is lost"  # noqa: S101


def _ids_in(table: Path) -> list[str]:
    return [name for part in parts_of(table) for name in pl.read_parquet(part.path)[ID]]


def _write(tables: Tables, done: Kills) -> None:
    for _ in range(_SEGMENTS):
        names = [name_of(len(done.names) + row) for row in range(_ROWS)]
        seal(tables, predictions(*names))
        seal(tables, labels(dict.fromkeys(names, 1.0)))
        done.names += names
    done.predictions = done.labels = len(done.names)


def _kill_one(tables: Tables, after: float) -> bool:
    began = _processes.Event()
    process = _processes.Process(target=_work_for_ever, args=(tables, began))
    process.start()
    assert began.wait(120)  # noqa: S101
    process.join(after)
    process.kill()
    process.join()
    assert process.exitcode == -signal.SIGKILL  # noqa: S101
    return bool(list(tables.folder.glob(".writing-*")) or list(tables.log.rglob("*.segment")))


def _work_for_ever(tables: Tables, began: Event) -> None:
    began.set()
    while True:
        _work(tables)


def _work(tables: Tables) -> None:
    collect(tables, limits=_LIMITS)
    compact(tables)
