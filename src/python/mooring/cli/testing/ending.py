"""Ending a retrain in its midst, and what must hold when the next run has gone on from there."""

from __future__ import annotations

import os
import signal
import sqlite3
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from mooring.cli.jobs import LOCK, PROGRESS, RESULT, JobFolder
from mooring.cli.testing.ferries import Checkout
from mooring.cli.testing.forks import Forks
from mooring.data.dataset import latest
from mooring.data.ingest import table_of

PATIENCE = 120.0

Reached = Callable[[Checkout], bool]


def job_of(checkout: Checkout) -> Path:
    """The folder of the job that is ended."""
    return checkout.home / "monitor" / "jobs" / "i1-retrain"


def at_work(checkout: Checkout) -> bool:
    """Whether a run holds the job's lock (Linux): asking for it could take it from one."""
    lock = job_of(checkout) / LOCK
    if not lock.exists():
        return False
    inode = f":{lock.stat().st_ino} "
    return any(inode in line for line in Path("/proc/locks").read_text().splitlines())


def staged(checkout: Checkout) -> bool:
    """Rows are being gathered."""
    return any((checkout.home / "data" / "ferry").glob(".staging-*"))


def decided(checkout: Checkout) -> bool:
    """It is noted which days are learned from."""
    return (job_of(checkout) / PROGRESS).exists()


def running(checkout: Checkout) -> bool:
    """MLflow knows of a run that is not over."""
    return "RUNNING" in runs_in(checkout)


def trained(checkout: Checkout) -> bool:
    """There is a bundle besides the champion's."""
    return len(bundles_in(checkout)) > 1


def judged(checkout: Checkout) -> bool:
    """There is evidence besides the champion's."""
    return len(list((checkout.home / "blessings").glob("[!.]*"))) > 1


def bundles_in(checkout: Checkout) -> list[str]:
    """Bundles of the home, whole ones."""
    return [path.name for path in (checkout.home / "bundles").glob("[!.]*")]


def runs_in(checkout: Checkout) -> list[str]:
    """The states of MLflow's runs."""
    with sqlite3.connect(checkout.home / "mlruns.db") as connection:
        return [status for (status,) in connection.execute("select status from runs")]


def unfinished(checkout: Checkout) -> list[str]:
    """What was begun beside its place."""
    asides = (".staging-", ".writing-")
    return [path.name for path in checkout.home.rglob("*") if path.name.startswith(asides)]


def end_and_go_on(
    commands: Forks, checkout: Checkout, steps: Sequence[Reached], number: signal.Signals
) -> None:
    """End a run at each of the steps, let the last one finish, and look at what is there."""
    asked = ("retrain", "ferry", "--incident", "i1", "--json")
    for step in steps:
        started = commands.start(checkout, *asked)
        if _reached(step, checkout):
            os.kill(started.pid, number)
        ended = started.wait()
        if step is steps[-1] and ended.status == 0:
            break  # what comes after the last step takes milliseconds, and was quicker
        expected = -number if number == signal.SIGKILL else 128 + number
        assert ended.status == expected, (step.__name__, ended)  # noqa: S101
        assert not (job_of(checkout) / RESULT).exists()  # noqa: S101
    done = commands.run(checkout, *asked)
    assert done.status == 0, done.err  # noqa: S101
    found = JobFolder.of(job_of(checkout)).found()
    assert found is not None and found.outcome == "blessed"  # noqa: S101, PT018
    dataset = latest(table_of(checkout.home / "data", "ferry"))
    assert dataset is not None and dataset.version == 1  # noqa: S101, PT018
    assert len(bundles_in(checkout)) == 2  # noqa: S101
    assert "RUNNING" not in runs_in(checkout)  # noqa: S101
    # What a killed writer of a file left is swept by a later one, when it is a minute old.
    assert not [name for name in unfinished(checkout) if "staging" in name]  # noqa: S101


def _reached(step: Reached, checkout: Checkout) -> bool:
    """Wait for a run that is there; False where it is over before."""
    deadline = time.monotonic() + PATIENCE
    # An earlier run may have left what the step looks for: this one has to have begun.
    while not (at_work(checkout) and step(checkout)):
        if (job_of(checkout) / RESULT).exists():
            return False
        assert time.monotonic() < deadline, step.__name__  # noqa: S101
        time.sleep(0.005)
    return True
