"""A job's program that does what a file tells it, and no sooner.

It writes a line into `starts` beside the folders of jobs, waits for the file `end` in its own, and
makes that its result; an empty one means that it ends without any.
"""

from __future__ import annotations

import json
from pathlib import Path

from mooring.bundle.atomic import write_file
from mooring.monitor.incidents.job import Job, Result
from mooring.monitor.incidents.local_jobs import LocalJobs

_STARTS, _END = "starts", "end"

# Its last argument is where the result goes. It does not outlive a test by more than two minutes.
_SCRIPT = f"""
words=
for result; do words="$words $before"; before=$result; done
folder=$(dirname "$result")
bundle=$(expr "$words" : '.*\\( --bundle [^ ]*\\)')
echo "$(basename "$folder") $1 $2$bundle" >>"$folder/../{_STARTS}"
looks=0
until [ -e "$folder/{_END}" ] || [ $looks -gt 2400 ]; do sleep 0.05; looks=$((looks + 1)); done
[ -s "$folder/{_END}" ] || {{ echo "the job gives up" >&2; exit 1; }}
mv "$folder/{_END}" "$result"
"""


def jobs_in(folder: Path) -> LocalJobs:
    """A job port whose jobs are this program."""
    return LocalJobs(folder, ("/bin/sh", "-c", _SCRIPT, "job"))


def starts(folder: Path) -> list[str]:
    """The jobs that began: name of the folder, kind, model and bundle."""
    path = folder / _STARTS
    return path.read_text().splitlines() if path.exists() else []


def finish(folder: Path, job: Job, result: Result | None) -> None:
    """Let a job end, with this result or without one."""
    content = b"" if result is None else result.model_dump_json().encode()
    write_file(folder / job.name / _END, content)


def finish_with(folder: Path, job: Job, document: dict[str, object]) -> None:
    """Let a job end with what may be no result."""
    write_file(folder / job.name / _END, json.dumps(document).encode())
