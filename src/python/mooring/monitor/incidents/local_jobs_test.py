"""Jobs as real processes: started once, found again, ended with all that they started."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import psutil
import pytest

from mooring.monitor.incidents.errors import JobRefused
from mooring.monitor.incidents.job import Absent, Job, Look, Result, Running
from mooring.monitor.incidents.local_jobs import LOG, REQUEST, LocalJobs
from mooring.monitor.incidents.testing.program import finish, finish_with, jobs_in, starts

JOB = Job(incident="flight_delay-1", kind="retrain", model="flight_delay")
PATIENCE_SECONDS = 20.0


@pytest.fixture
def jobs(tmp_path: Path) -> LocalJobs:
    return jobs_in(tmp_path)


def until(found: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not found():
        assert time.monotonic() < end, "what the test waits for never happened"
        time.sleep(0.01)


def look(jobs: LocalJobs) -> Look:
    return jobs.look(JOB)


def test_a_job_runs_once_and_hands_back_its_result(jobs: LocalJobs) -> None:
    before = children()
    assert look(jobs) == Absent()
    jobs.start(JOB)
    jobs.start(JOB)
    assert look(jobs) == Running()
    until(lambda: starts(jobs.folder) == [f"{JOB.name} retrain flight_delay"])

    finish(jobs.folder, JOB, Result(outcome="not_blessed", reason="no better"))
    until(lambda: isinstance(look(jobs), Result))
    jobs.start(JOB)

    assert look(jobs) == Result(outcome="not_blessed", reason="no better")
    assert len(starts(jobs.folder)) == 1
    request = json.loads((jobs.folder / JOB.name / REQUEST).read_text())
    assert Job.model_validate(request) == JOB
    # A child that nobody takes leave of stays as a zombie.
    until(lambda: isinstance(look(jobs), Result) and children() <= before)
    until(lambda: look(jobs) is not None)


def test_another_monitor_finds_the_job_again(jobs: LocalJobs) -> None:
    jobs.start(JOB)
    other = jobs_in(jobs.folder)
    assert other.look(JOB) == Running()
    other.start(JOB)
    finish(jobs.folder, JOB, Result(outcome="failed", reason="full"))
    until(lambda: isinstance(other.look(JOB), Result))

    assert len(starts(jobs.folder)) == 1
    until(lambda: look(jobs) is not None)


def test_a_job_that_ends_without_a_result_is_absent(jobs: LocalJobs) -> None:
    jobs.start(JOB)
    until(lambda: bool(starts(jobs.folder)))
    finish(jobs.folder, JOB, None)

    until(lambda: look(jobs) == Absent())
    assert "gives up" in (jobs.folder / JOB.name / LOG).read_text()


def test_what_is_no_result_is_a_failure_that_repeats_nothing(jobs: LocalJobs) -> None:
    jobs.start(JOB)
    finish_with(jobs.folder, JOB, {"format": 1, "outcome": "a secret"})
    until(lambda: isinstance(look(jobs), Result))

    found = look(jobs)

    assert isinstance(found, Result)
    assert found.outcome == "failed"
    assert found.reason.endswith("result.json: it is no result: outcome")


def test_a_stopped_job_leaves_no_process_behind(tmp_path: Path) -> None:
    written = tmp_path / "child"
    linger = f"echo $$ >{written}; exec sleep 60"
    # `subprocess` closes what is open, the lock too: the child is only of the session.
    program = f"import subprocess; subprocess.run({linger!r}, shell=True)"
    jobs = LocalJobs(tmp_path, (sys.executable, "-c", program))
    jobs.start(JOB)
    until(lambda: written.exists() and written.read_text().endswith("\n"))
    child = psutil.Process(int(written.read_text()))

    # As the next monitor does it, who is not the job's parent.
    jobs_in(tmp_path).stop(JOB)

    until(lambda: look(jobs) == Absent())
    until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)
    until(lambda: look(jobs) is not None)


def test_a_challenge_is_given_its_bundle(jobs: LocalJobs) -> None:
    job = Job(incident="i", kind="challenge", model="flight_delay", bundle="b" * 64)
    jobs.start(job)
    until(lambda: bool(starts(jobs.folder)))
    finish(jobs.folder, job, Result(outcome="challenger"))
    until(lambda: isinstance(jobs.look(job), Result))

    assert starts(jobs.folder) == [f"i-challenge challenge flight_delay --bundle {'b' * 64}"]


@pytest.mark.parametrize("kind", ["retrain", "challenge"])
def test_what_writes_the_release_is_told_to_commit(
    tmp_path: Path, kind: Literal["retrain", "challenge"]
) -> None:
    job = Job(incident="i", kind=kind, model="flight_delay", bundle="b" * 64)
    command = (sys.executable, "-c", "import sys; print(sys.argv[1:])")
    LocalJobs(tmp_path, command, commit=True).start(job)
    log = tmp_path / job.name / LOG
    until(lambda: log.exists() and log.read_text().endswith("\n"))
    assert ("'--commit'" in log.read_text()) == (kind == "challenge")


def test_a_command_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(JobRefused, match="the command of jobs is not there"):
        LocalJobs(tmp_path, ("/nowhere/mooring",)).start(JOB)

    assert LocalJobs(tmp_path).look(JOB) == Absent()


def children() -> set[int]:
    """The processes that this one started and has not taken leave of."""
    return {child.pid for child in psutil.Process(os.getpid()).children()}
