"""The folder of a job that an incident asked for: who may work in it, how far it is, what it found.

lock           held by whoever works on it; the kernel lets go of it for a killed one
progress.json  what a run that was ended left for the next one
result.json    what was found, written in one step; the run is over then
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from mooring.bundle.atomic import write_file
from mooring.cli.errors import JobBusy, JobUnreadable
from mooring.monitor.incidents.job import Result
from mooring.process.locks import taken

LOCK, PROGRESS, RESULT = "lock", "progress.json", "result.json"

# Incidents name folders, and folders name runs of MLflow.
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,127}")

_Document = TypeVar("_Document", bound=BaseModel)

_CLOSED = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Progress(BaseModel):
    """What a retrain has decided and made so far; the next run of the same job goes on from it."""

    model_config = _CLOSED

    until: date
    dataset: str = ""
    bundle: str = ""


@dataclass(frozen=True)
class JobFolder:
    """A job's files. `result` may have another name than usual; all else lies beside it."""

    result: Path

    @classmethod
    def of(cls, folder: Path) -> JobFolder:
        """The folder with the usual names."""
        return cls(folder / RESULT)

    @property
    def path(self) -> Path:
        """The folder itself."""
        return self.result.parent

    @property
    def name(self) -> str:
        """What MLflow knows the job by: its folder's name, if that is a plain one."""
        return self.path.name if _PLAIN.fullmatch(self.path.name) else ""

    def found(self) -> Result | None:
        """The result, where there is one that is final: a failure may be tried again."""
        read = _read(self.result, Result)
        return None if read is None or read.outcome == "failed" else read

    def progress(self) -> Progress | None:
        """How far an earlier run came."""
        return _read(self.path / PROGRESS, Progress)

    def note(self, progress: Progress) -> None:
        """Remember how far this run is."""
        write_file(self.path / PROGRESS, _document(progress))

    def end(self, result: Result) -> Result:
        """Write the result in one step."""
        write_file(self.result, _document(result))
        return result

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the job's lock, unless whoever started this process handed it down.

        Raises JobBusy while another run of the job is at work.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        lock = self.path / LOCK
        if _is_open_here(lock):
            yield
            return
        with taken(lock) as handle:
            if handle is None:
                cure = "Wait for its result."
                raise JobBusy("another run of this job is at work", place=str(lock), cure=cure)
            yield


def job_folder(
    home: Path, incident: str | None, kind: str, folder: Path | None, result: Path | None
) -> JobFolder | None:
    """Where a job keeps its files: as named, else by the incident below the home, else nowhere.

    Raises JobUnreadable for an incident that is no plain name.
    """
    if incident is not None and not _PLAIN.fullmatch(incident):
        raise JobUnreadable(
            "the incident's id is no plain name", place="--incident", cure="Use letters, digits, -."
        )
    if result is not None:
        return JobFolder(result.absolute())
    if folder is not None:
        return JobFolder.of(folder.absolute())
    if incident is None:
        return None
    return JobFolder.of(home / "monitor" / "jobs" / f"{incident}-{kind}")


def _is_open_here(path: Path) -> bool:
    """Whether this process has the file open already: the lock came with it (Linux)."""
    if not path.exists():
        return False
    held = path.stat()
    return any(_is_same(number, held) for number in _descriptors())


def _descriptors() -> list[int]:
    try:
        return [int(name) for name in os.listdir("/proc/self/fd")]
    except FileNotFoundError:  # no /proc: nobody hands locks down there
        return []


def _is_same(descriptor: int, held: os.stat_result) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), held)
    except OSError:  # the listing's own, closed by now
        return False


def _read(path: Path, kind: type[_Document]) -> _Document | None:
    try:
        return kind.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except ValidationError:
        raise JobUnreadable(
            "it is not what this version writes", place=str(path), cure="Remove the job's folder."
        ) from None


def _document(content: BaseModel) -> bytes:
    return (content.model_dump_json(indent=2) + "\n").encode()
