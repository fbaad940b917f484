"""The queue and the writer's real process: what is accepted is written, once, or counted."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mooring.predictionlog.feed import Feed, State
from mooring.predictionlog.ledger import Bounds, Count
from mooring.predictionlog.testing.records import STREAM, entry, ids_of, left_open, logged
from mooring.predictionlog.testing.writers import SLOW_WRITER, Starter, until


@contextmanager
def feeding(starter: Starter, bounds: Bounds | None = None) -> Iterator[Feed]:
    feed = Feed(starter, bounds)
    feed.open()
    try:
        yield feed
    finally:
        feed.close(10)


def count(feed: Feed | State) -> Count:
    state = feed.state() if isinstance(feed, Feed) else feed
    found = state.counts[STREAM]
    assert found.accepted == found.written + sum(found.dropped.values()) + found.queued
    return found


def test_what_is_accepted_is_on_disk_after_the_end_in_order_and_once(tmp_path: Path) -> None:
    entries = [entry(number, rows=1 + number % 3) for number in range(200)]
    starter = Starter(tmp_path)
    feed = Feed(starter)
    feed.open()
    assert all(feed.accept(each) for each in entries)
    done = count(feed.close(20))
    assert logged(tmp_path) == ids_of(entries)
    assert (done.written, done.queued) == (len(ids_of(entries)), 0)
    assert left_open(tmp_path) == []
    assert starter.started[0].process.returncode == 0


def test_a_writer_that_is_killed_loses_nothing_and_writes_nothing_twice(tmp_path: Path) -> None:
    entries = [entry(number) for number in range(400)]
    starter = Starter(tmp_path)
    feed = Feed(starter)
    feed.open()
    for number, each in enumerate(entries):
        feed.accept(each)
        if number in (100, 250):
            until(lambda: count(feed).written > 0)
            starter.kill_and_await_next()
    done = count(feed.close(20))
    assert logged(tmp_path) == ids_of(entries)
    assert done.written == 400
    assert len(starter.started) == 3


def test_a_stopped_writer_costs_records_only_beyond_the_bound(tmp_path: Path) -> None:
    starter = Starter(tmp_path)
    entries = [entry(number) for number in range(300)]
    with feeding(starter, Bounds(records=200)) as feed:
        os.kill(starter.pid, signal.SIGSTOP)
        accepted = [feed.accept(each) for each in entries]
        assert accepted == [True] * 200 + [False] * 100
        assert count(feed) == Count(300, 0, 200, count(feed).dropped)
        assert count(feed).dropped["full"] == 100
        os.kill(starter.pid, signal.SIGCONT)
        until(lambda: count(feed).written == 200)
    assert logged(tmp_path) == ids_of(entries[:200])


def test_a_writer_that_stays_stopped_is_ended_in_time_and_its_records_are_counted(
    tmp_path: Path,
) -> None:
    starter = Starter(tmp_path)
    feed = Feed(starter)
    feed.open()
    os.kill(starter.pid, signal.SIGSTOP)
    for number in range(50):
        feed.accept(entry(number))
    done = count(feed.close(0.3))
    assert done.dropped["closing"] == 50
    assert done.queued == 0
    assert starter.started[0].process.returncode == -signal.SIGKILL


def test_a_slow_disk_delays_only_what_waits_for_it(tmp_path: Path) -> None:
    starter = Starter(tmp_path, module=SLOW_WRITER)
    entries = [entry(number) for number in range(100)]
    with feeding(starter) as feed:
        for each in entries:
            assert feed.accept(each)
            count(feed)
    assert logged(tmp_path) == ids_of(entries)


def test_bytes_are_bounded_too(tmp_path: Path) -> None:
    starter = Starter(tmp_path)
    with feeding(starter, Bounds(bytes=20_000)) as feed:
        os.kill(starter.pid, signal.SIGSTOP)
        accepted = [feed.accept(entry(number, rows=50)) for number in range(20)]
        assert accepted[0]
        assert not all(accepted)
        assert count(feed).dropped["large"] > 0
        os.kill(starter.pid, signal.SIGCONT)


def test_what_is_offered_after_the_end_is_dropped_and_counted(tmp_path: Path) -> None:
    feed = Feed(Starter(tmp_path))
    feed.open()
    feed.close(5)
    assert not feed.accept(entry(1))
    assert feed.state().counts[STREAM].dropped["closing"] == 1
