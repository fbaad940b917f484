"""The journal on a full disk and over a damaged file: nothing is done that is not kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from mooring.monitor.incidents.clock import Clock
from mooring.monitor.incidents.errors import JournalFailed
from mooring.monitor.incidents.journal import KEPT_DECISIONS, Journal
from mooring.monitor.incidents.testing.alarms import alert
from mooring.monitor.incidents.testing.monitor import Monitor


@pytest.fixture
def monitor(tmp_path: Path) -> Monitor:
    return Monitor(tmp_path)


def fill(monitor: Monitor, pages: int) -> None:
    """Let SQLite say that the disk is full, as it does where a write fails for it."""
    monitor.incidents.journal._sql.execute(f"PRAGMA max_page_count = {pages}")


def test_what_cannot_be_kept_is_not_done_and_is_done_when_there_is_room(monitor: Monitor) -> None:
    fill(monitor, 1)
    large = alert() | {"annotations": {"summary": "x" * 4000}}
    with pytest.raises(JournalFailed, match="what is decided cannot be kept: SQLITE_FULL"):
        monitor.hears(large)
    monitor.runner.step()
    assert monitor.newest() is None
    assert monitor.fake.started == []

    fill(monitor, 10_000)

    assert monitor.hears(large).decided == "started"
    monitor.step()
    assert len(monitor.fake.started) == 1


def test_a_state_that_cannot_be_kept_starts_no_job(monitor: Monitor) -> None:
    monitor.hears(alert() | {"annotations": {"summary": "x" * 3900}})
    fill(monitor, 1)

    with pytest.raises(JournalFailed):
        say_again_until_it_is_full(monitor)

    monitor.restart()
    incident = monitor.newest()
    assert incident is not None
    started = [job.name for job in monitor.fake.started]
    assert started in ([], [f"{incident.id}-retrain"])
    assert (incident.state == "requested") == (started == [])


def say_again_until_it_is_full(monitor: Monitor) -> None:
    for _ in range(50):
        monitor.hears(alert("f2"))
        monitor.runner.step()


def test_a_file_that_is_no_journal_is_refused(tmp_path: Path) -> None:
    (tmp_path / "incidents.db").write_bytes(b"no database" * 1000)

    with pytest.raises(JournalFailed, match=r"incidents\.db: .* SQLITE_NOTADB"):
        Journal(tmp_path / "incidents.db", Clock())


def test_a_journal_of_a_later_version_is_left_alone(monitor: Monitor) -> None:
    monitor.incidents.journal._sql.execute("PRAGMA user_version = 9")

    with pytest.raises(JournalFailed, match="its version is 9, and this monitor writes 1"):
        monitor.restart()


def test_decisions_are_kept_in_bounds_and_counted_for_ever(monitor: Monitor) -> None:
    monitor.hears(alert())
    with monitor.incidents.journal.transaction() as work:
        decision = work.decisions(1)[0].decision
        for _ in range(KEPT_DECISIONS + 10):
            work.record("flight_delay", "score", decision, "k")

    with monitor.incidents.journal.reading() as work:
        assert len(work.decisions(KEPT_DECISIONS * 2)) == KEPT_DECISIONS
        assert sum(work.counts().values()) == KEPT_DECISIONS + 11
