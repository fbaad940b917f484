"""A job's folder: one worker, one result, and a lock that may come from whoever started it."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from mooring.cli.errors import JobBusy, JobUnreadable
from mooring.cli.jobs import JobFolder, Progress, job_folder
from mooring.monitor.incidents.job import Result, parse_result

HOLD = """
import sys
from pathlib import Path
from mooring.cli.jobs import JobFolder

with JobFolder.of(Path(sys.argv[1])).held():
    print("held")
"""


@pytest.fixture
def folder(tmp_path: Path) -> JobFolder:
    return JobFolder.of(tmp_path / "i7-retrain")


@pytest.mark.parametrize(
    ("incident", "folder", "result", "expected"),
    [
        pytest.param("i7", None, None, "home/monitor/jobs/i7-retrain/result.json", id="by id"),
        pytest.param("i7", "there", None, "there/result.json", id="a folder that is named"),
        pytest.param("i7", None, "there/r.json", "there/r.json", id="a file that is named"),
        pytest.param(None, None, None, None, id="nobody asks for a result"),
    ],
)
def test_where_a_job_keeps_its_files(
    tmp_path: Path,
    incident: str | None,
    folder: str | None,
    result: str | None,
    expected: str | None,
) -> None:
    found = job_folder(
        tmp_path / "home",
        incident,
        "retrain",
        tmp_path / folder if folder else None,
        tmp_path / result if result else None,
    )
    assert (found.result if found else None) == (tmp_path / expected if expected else None)


@pytest.mark.parametrize("incident", ["../up", "a/b", "", "i7'; drop", "i" * 200])
def test_an_incident_that_is_no_plain_name_is_refused(tmp_path: Path, incident: str) -> None:
    with pytest.raises(JobUnreadable, match="no plain name") as refused:
        job_folder(tmp_path, incident, "retrain", None, None)
    assert not incident or incident not in str(refused.value)


def test_a_result_is_what_the_monitor_reads_and_a_failure_may_be_tried_again(
    folder: JobFolder,
) -> None:
    assert folder.found() is None
    folder.end(Result(outcome="failed", reason="MLflow is down"))
    assert folder.found() is None
    told = Result(outcome="blessed", bundle="b" * 64, delta={"mae": (-1.0, -2.0, -0.5)})
    folder.end(told)
    assert folder.found() == told
    assert parse_result(folder.result.read_bytes(), "here") == told


def test_a_run_leaves_word_for_the_next(folder: JobFolder) -> None:
    assert folder.progress() is None
    folder.note(Progress(until=date(2013, 4, 1)))
    folder.note(Progress(until=date(2013, 4, 1), dataset="d", bundle="b"))
    assert folder.progress() == Progress(until=date(2013, 4, 1), dataset="d", bundle="b")


def test_what_cannot_be_read_is_told_and_not_guessed_at(folder: JobFolder) -> None:
    folder.path.mkdir()
    folder.result.write_text("{")
    with pytest.raises(JobUnreadable, match=r"result\.json"):
        folder.found()


def hold(folder: JobFolder, *inherited: int) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join(os.path.abspath(each) for each in sys.path if each)
    return subprocess.run(
        [sys.executable, "-c", HOLD, folder.path], env={**os.environ, "PYTHONPATH": path},
        pass_fds=inherited, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_one_process_works_on_a_job_unless_it_was_handed_the_lock(folder: JobFolder) -> None:
    with folder.held():
        alone = hold(folder)
    assert alone.returncode == 1
    assert JobBusy.__name__ in alone.stderr

    handle = os.open(folder.path / "lock", os.O_RDWR)
    fcntl.flock(handle, fcntl.LOCK_EX)
    assert hold(folder).returncode == 1
    handed = hold(folder, handle)
    assert (handed.returncode, handed.stdout) == (0, "held\n")
    os.close(handle)
    assert hold(folder).returncode == 0
