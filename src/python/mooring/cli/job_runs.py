"""Runs of a job: once for each incident, under its lock, and with a result whatever happens."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress

from mooring.cli.challenging import challenge_model
from mooring.cli.console import Output
from mooring.cli.errors import DiskFull
from mooring.cli.jobs import JobFolder
from mooring.cli.registry import Model
from mooring.cli.retrained import Retrain, Retrained, retrain
from mooring.cli.workspace import Workspace
from mooring.contract.errors import MooringError
from mooring.monitor.incidents.job import Result

# With less, whatever failed has failed for want of it: a bundle alone takes more.
_LEAST_ROOM = 1024 * 1024

Step = Callable[[str], AbstractContextManager[object]]


def run_retrain(
    asked: Retrain, folder: JobFolder | None, tracking: str | None, step: Step
) -> Result:
    """The result of a retrain: an earlier run's, where there is one that did not fail."""
    if folder is None:
        with _told_of_disk(asked.space):
            return _retrained(asked, None, tracking, step).result
    with folder.held():
        if (found := folder.found()) is not None:
            return found
        with _failing(folder), _told_of_disk(asked.space):
            done = _retrained(asked, folder, tracking, step)
            return folder.end(done.result)


def run_challenge(
    model: Model,
    space: Workspace,
    bundle: str,
    incident: str | None,
    folder: JobFolder | None,
    *,
    commit: bool,
) -> Result:
    """The result of a challenge, likewise."""
    if folder is None:
        return challenge_model(model, space, bundle, incident, commit=commit)
    with folder.held():
        if (found := folder.found()) is not None:
            return found
        with _failing(folder), _told_of_disk(space):
            return folder.end(challenge_model(model, space, bundle, incident, commit=commit))


def show_found(out: Output, found: Result) -> None:
    """Say what a job found: the result file's content."""
    out.result({name: value for name, value in found.model_dump().items() if value or out.as_json})


def _retrained(
    asked: Retrain, folder: JobFolder | None, tracking: str | None, step: Step
) -> Retrained:
    # MLflow takes seconds to import; an earlier run's result needs none of it.
    from mooring.training.mlflow_tracker import MlflowTracker, sqlite_tracker

    job = folder.name if folder else ""
    home = asked.space.home
    tracker = MlflowTracker(tracking, job=job) if tracking else sqlite_tracker(home, job)
    if folder is None:
        return retrain(asked, tracker, step=step)
    return retrain(asked, tracker, folder.progress(), folder.note, step)


@contextmanager
def _failing(folder: JobFolder) -> Iterator[None]:
    """Write a failure as the result, and let it go on. A signal is none: the job goes on later."""
    try:
        yield
    except MooringError as error:
        _fail(folder, str(error))
        raise
    except Exception as error:
        # What it says may hold values; its kind does not.
        _fail(folder, f"unexpected {type(error).__name__}; the job's log has where")
        raise


def _fail(folder: JobFolder, reason: str) -> None:
    with suppress(OSError):  # no room for that either: the job is then one that ended without
        folder.end(Result(outcome="failed", reason=reason))


@contextmanager
def _told_of_disk(space: Workspace) -> Iterator[None]:
    """A full disk is no fault of ours, and has a cure. Libraries say it each in their own words, so
    it is asked how much room there is.
    """
    try:
        yield
    except MooringError:
        raise
    except Exception as error:
        refused = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
        if not refused and shutil.disk_usage(space.home).free >= _LEAST_ROOM:
            raise
        raise DiskFull(
            "there is no room left on the disk",
            place=str(space.home),
            cure="Make room, and run it again: what was written whole is used again.",
        ) from error
