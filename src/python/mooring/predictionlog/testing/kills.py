"""Gateways and writers killed at random moments, and what the log holds afterwards."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import random
import signal
import time
from dataclasses import dataclass
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from typing import Literal

from mooring.predictionlog.feed import Feed
from mooring.predictionlog.files import Disk
from mooring.predictionlog.journal import Rotation
from mooring.predictionlog.ledger import Bounds
from mooring.predictionlog.recovery import recover
from mooring.predictionlog.retention import delete
from mooring.predictionlog.testing.records import (
    GATEWAY,
    MODEL,
    STREAM,
    entry,
    ids_of,
    left_open,
    logged,
)
from mooring.predictionlog.testing.writers import Starter, until

# Forked, so that a gateway need not import numpy again before it can be killed.
_processes = multiprocessing.get_context("fork")

Victim = Literal["gateway", "writer", "both"]

# Small segments, so that many kills come into the moment of sealing.
_ROTATION = Rotation(most_bytes=20_000)
_BOUNDS = Bounds(records=2_000)
_LONGEST_SECONDS = 0.25


@dataclass(frozen=True)
class Kills:
    """How many were killed, how many records had been acknowledged by then, how many are there."""

    kills: int
    acknowledged: int
    read: int
    left_open: int


def kill_gateways(home: Path, victim: Literal["gateway", "both"], kills: int, seed: int) -> Kills:
    """Kill that many gateways, or gateways and their writers, one after the other.

    After each of them the log holds what was accepted up to some record, all that was acknowledged
    among it, each once.
    """
    draw = random.Random(seed)
    acknowledged = read = opened = 0
    for number in range(kills):
        written, writer = _processes.Value(ctypes.c_long), _processes.Value(ctypes.c_long)
        process = _processes.Process(target=_feed_for_ever, args=(home, number, written, writer))
        process.start()
        until(lambda written=written: written.value > 0)  # type: ignore[misc]
        process.join(draw.uniform(0, _LONGEST_SECONDS))
        if victim == "both":
            # Stopped first, so that neither sees the other's end.
            os.kill(writer.value, signal.SIGSTOP)
        process.kill()
        process.join()
        if victim == "both":
            os.kill(writer.value, signal.SIGKILL)
        opened += bool(_settled(home, victim))
        found = _taken(home)
        assert found == ids_of(entry(_id(number, n)) for n in range(len(found)))  # noqa: S101
        assert len(found) >= written.value  # noqa: S101
        acknowledged, read = acknowledged + written.value, read + len(found)
    return Kills(kills, acknowledged, read, opened)


def kill_writers(home: Path, kills: int, seed: int) -> Kills:
    """Kill that many writers of one gateway: afterwards the log holds all it accepted, once."""
    draw = random.Random(seed)
    starter = Starter(home, rotation=_ROTATION)
    feed = Feed(starter, _BOUNDS)
    feed.open()
    accepted = opened = 0
    for _ in range(kills):
        end = time.monotonic() + draw.uniform(0, _LONGEST_SECONDS)
        before = feed.state().counts[STREAM].written if accepted else 0
        while time.monotonic() < end or feed.state().counts[STREAM].written == before:
            accepted += feed.accept(entry(accepted))
            time.sleep(0.0001)
        opened += bool(left_open(home))
        starter.kill_and_await_next()
    done = feed.close(30).counts[STREAM]
    assert done.written == accepted  # noqa: S101
    found = logged(home)
    assert found == ids_of(entry(number) for number in range(accepted))  # noqa: S101
    return Kills(kills, done.written, len(found), opened)


def _feed_for_ever(
    home: Path, number: int, written: Synchronized[int], writer: Synchronized[int]
) -> None:
    starter = Starter(home, rotation=_ROTATION, process=f"{number:08x}")
    feed = Feed(starter, _BOUNDS)
    feed.open()
    writer.value = starter.pid
    sent = 0
    while True:
        sent += feed.accept(entry(_id(number, sent)))
        counts = feed.state().counts
        written.value = counts[STREAM].written
        time.sleep(0.0001)


def _id(gateway: int, number: int) -> int:
    return gateway * 1_000_000 + number


def _settled(home: Path, victim: Victim) -> list[Path]:
    """Wait for a writer that lives to end, recover what one left that does not."""
    if victim == "gateway":
        until(lambda: not left_open(home))
        return []
    left = left_open(home)
    until(lambda: recover(home / "predictions" / MODEL / GATEWAY, Disk()) or not left_open(home))
    return left


def _taken(home: Path) -> list[str]:
    """All that is logged; it is deleted, as a monitor does that has taken it over."""
    found = logged(home)
    for path in home.rglob("*.segment"):
        delete(path)
    return found
