"""Monitors killed by SIGKILL before each thing that they do, one after the other.

A victim is a forked process that drives a real journal and real jobs. Before each statement that
changes the journal, and before each file it makes and each process it starts, as Python's own audit
hooks announce them (PEP 578), it counts; at the count it is given it kills itself. The product
knows nothing of it.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mooring.monitor.incidents.incident import ENDS, Incident
from mooring.monitor.incidents.job import Result
from mooring.monitor.incidents.machine import job_of
from mooring.monitor.incidents.testing.alarms import alert
from mooring.monitor.incidents.testing.jobs import CHALLENGER, blessed
from mooring.monitor.incidents.testing.monitor import Monitor
from mooring.monitor.incidents.testing.program import finish, jobs_in, starts

# Forked, so that a victim need not import again before it can be killed.
_processes = multiprocessing.get_context("fork")

_EVENTS = frozenset(
    {"open", "os.rename", "os.mkdir", "os.remove", "fcntl.flock", "subprocess.Popen"}
)
_WRITES = ("BEGIN", "INSERT", "UPDATE", "COMMIT")
_PATIENCE_SECONDS = 60.0

# How far an incident is when its monitor is killed.
STAGES = ("hears", "trained", "challenged", "promoted")


@dataclass
class Fuse:
    """Kills its process at the moment numbered `at`; 0 is none."""

    at: int
    passed: int = 0

    def burn(self) -> None:
        """One moment more at which a monitor may be killed."""
        self.passed += 1
        if self.passed == self.at:
            os.kill(os.getpid(), signal.SIGKILL)


def killed(home: Path, at: int) -> bool:
    """Let a victim hear the alarm and drive on; whether it was killed before it was done."""
    victim = _processes.Process(target=_live, args=(home, at))
    victim.start()
    victim.join(_PATIENCE_SECONDS)
    assert victim.exitcode in (0, -signal.SIGKILL)  # noqa: S101
    return victim.exitcode != 0


def prepare(home: Path, stage: str) -> None:
    """Bring an incident as far as `stage`, with all that the next step needs."""
    if stage == "hears":
        return
    monitor = monitor_in(home)
    monitor.hears(alert())
    monitor.runner.step()
    end_job(monitor, blessed(**{"ground-truth": 9}))
    if stage != "trained":
        _await(monitor, "challenging")
        end_job(monitor, CHALLENGER)
    if stage == "promoted":
        _await(monitor, "trying")
        monitor.promotes()
    monitor.incidents.journal.close()


def carried_on(home: Path) -> Incident:
    """What the next monitor makes of it: Alertmanager repeats itself, and all goes its way."""
    monitor = monitor_in(home)
    monitor.hears(alert())
    while (found := _await(monitor, "training", "challenging", "trying", *ENDS)).live:
        _bring_on(monitor, found)
    done = found
    assert monitor.incidents.all() == (done,)  # noqa: S101
    monitor.incidents.journal.close()
    return done


def _bring_on(monitor: Monitor, incident: Incident) -> None:
    """Let happen what the incident waits for."""
    if incident.state == "trying":
        monitor.promotes()
    else:
        trusted = blessed(**{"ground-truth": 9})
        end_job(monitor, trusted if incident.state == "training" else CHALLENGER)


def started_kinds(home: Path) -> list[str]:
    """The kinds of jobs that began, in order."""
    return [line.split()[1] for line in starts(home / "jobs")]


def monitor_in(home: Path) -> Monitor:
    """A monitor over the jobs in a folder."""
    return Monitor(home, jobs=jobs_in(home / "jobs"))


def end_job(monitor: Monitor, result: Result) -> None:
    """Let the present job end, and wait until it has."""
    incident = monitor.newest()
    assert incident is not None  # noqa: S101
    job = job_of(incident)
    _until(lambda: bool(started_kinds(monitor.home)))
    finish(monitor.home / "jobs", job, result)
    _until(lambda: isinstance(monitor.jobs.look(job), Result))


def _live(home: Path, at: int) -> None:
    fuse = Fuse(at)
    monitor = monitor_in(home)
    _announce(monitor, fuse.burn)
    monitor.hears(alert())
    fuse.burn()
    monitor.runner.step()
    fuse.burn()
    os._exit(0)


def _announce(monitor: Monitor, burn: Callable[[], None]) -> None:
    def heard(event: str, _: tuple[Any, ...]) -> None:
        if event in _EVENTS:
            burn()

    def traced(statement: str) -> None:
        if statement.startswith(_WRITES):
            burn()

    # Not through a hook of the product's, which has none.
    monitor.incidents.journal._sql.set_trace_callback(traced)
    sys.addaudithook(heard)


def _await(monitor: Monitor, *states: str) -> Incident:
    """Drive on until the incident is in one of these states."""

    def there() -> bool:
        monitor.runner.step()
        found = monitor.newest()
        return found is not None and found.state in states

    _until(there)
    found = monitor.newest()
    assert found is not None  # noqa: S101
    return found


def _until(there: Callable[[], bool]) -> None:
    end = time.monotonic() + _PATIENCE_SECONDS
    while not there():
        assert time.monotonic() < end, "what is waited for never happened"  # noqa: S101
        time.sleep(0.01)
