"""Jobs as processes of this machine, which outlive the monitor.

    <home>/jobs/<incident>-<kind>/
        request.json   the Job
        lock           held by the job, and by what it starts, for as long as any of them lives
        job.log        what it printed
        result.json    the Result, written in one step

The lock is how a job is known by a monitor that did not start it: the kernel lets go of it when the
last process of the job ends, however it ends. A pid would be somebody else's by then.
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from mooring.bundle.atomic import write_file
from mooring.monitor.incidents.errors import JobRefused, JobUnreachable
from mooring.monitor.incidents.job import (
    Absent,
    Job,
    Look,
    Running,
    arguments,
    parse_result,
)
from mooring.process.locks import taken

_log = logging.getLogger(__name__)

REQUEST, LOCK, RESULT, LOG = "request.json", "lock", "result.json", "job.log"

# Of a result's few numbers; what is longer is no result.
_LARGEST_RESULT = 1024 * 1024

MOORING = ("mooring",)


@dataclass
class LocalJobs:
    """Starts `<command> retrain <model> --incident … --result …`, or `challenge`, below `folder`.

    `command` is what stands before the kind: `("mooring",)`, or an interpreter and a module. With
    `commit` a challenger is recorded in git, as a controller has to find it that commits too.
    """

    folder: Path
    command: Sequence[str] = MOORING
    settles_seconds: float | None = None
    commit: bool = False
    _children: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, job: Job) -> None:
        """Start it in a session of its own, unless it runs already or has a result."""
        folder = self.folder / job.name
        try:
            write_file(folder / REQUEST, (job.model_dump_json(indent=2) + "\n").encode())
            with taken(folder / LOCK) as lock:
                if lock is not None and not (folder / RESULT).exists():
                    self._spawn(job, folder, lock)
        except FileNotFoundError as error:
            raise JobRefused(
                "the command of jobs is not there",
                place=str(error.filename),
                cure="Name the program in the monitor's settings, or install it.",
            ) from None
        except OSError as error:
            raise JobUnreachable(
                f"the job could not be started: {error.strerror}",
                place=str(folder),
                cure="It is tried again.",
            ) from error

    def look(self, job: Job) -> Look:
        """Its result, or whether its lock is held."""
        self._reap()
        folder = self.folder / job.name
        # The lock first: a job that ends between the two has a result by then.
        held = _is_held(folder / LOCK)
        if (content := content_of(folder / RESULT)) is not None:
            return parse_result(content, str(folder / RESULT))
        return Running() if held else Absent()

    def stop(self, job: Job) -> None:
        """Kill whoever holds the lock, with the session of a job."""
        lock = self.folder / job.name / LOCK
        for holder in _holders(lock):
            with suppress(ProcessLookupError):
                _kill(holder, lock)
        self._reap()

    def _spawn(self, job: Job, folder: Path, lock: int) -> None:
        with (folder / LOG).open("ab") as log:
            child = subprocess.Popen(
                [*self.command, *arguments(job, str(folder / RESULT)), *self._more(job)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=(lock,),
            )
        self._children.append(child)
        _log.info("job %s is process %d", job.name, child.pid)

    def _more(self, job: Job) -> Sequence[str]:
        return ("--commit",) if self.commit and job.kind == "challenge" else ()

    def _reap(self) -> None:
        """Take leave of children that ended, so that none stays a zombie."""
        self._children = [child for child in self._children if child.poll() is None]


def _is_held(path: Path) -> bool:
    if not path.exists():
        return False
    with taken(path) as lock:
        return lock is None


def content_of(path: Path) -> bytes | None:
    """As much of a result's file as a result may be long; None where there is none."""
    try:
        with path.open("rb") as file:
            return file.read(_LARGEST_RESULT)
    except FileNotFoundError:
        return None


def _holders(path: Path) -> list[int]:
    """The processes that have the file open: jobs, and what they started (Linux)."""
    pids = [int(entry.name) for entry in Path("/proc").glob("[0-9]*")]
    return [pid for pid in pids if pid != os.getpid() and _holds(pid, path)]


def _holds(pid: int, path: Path) -> bool:
    try:
        links = list(Path(f"/proc/{pid}/fd").iterdir())
    except OSError:
        return False
    return any(_is_same(link, path) for link in links)


def _is_same(link: Path, path: Path) -> bool:
    try:
        return os.path.samefile(link, path)
    except OSError:
        return False


def _kill(pid: int, path: Path) -> None:
    """Kill one holder, and its session where it leads one; not who has taken over its pid."""
    handle = os.pidfd_open(pid)
    try:
        if _holds(pid, path):
            signal.pidfd_send_signal(handle, signal.SIGKILL)
            if os.getsid(pid) == pid:
                os.killpg(pid, signal.SIGKILL)
    finally:
        os.close(handle)
