"""How many processes serve, and where they put what they count.

With one worker values are in memory, as everywhere. With more they lie in files below a fresh
folder of our own, made by the supervisor: BentoML's is deleted by the start of another service with
the same BENTOML_HOME.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from mooring.serving.errors import InvalidSettings
from mooring.telemetry.workers import Workers

VARIABLE = "MOORING_WORKERS"
# A worker holds a model and the libraries that run it, about 150 MiB; who needs more of them wants
# replicas.
MOST_WORKERS = 64

# How the supervisor tells its workers where to count.
_FOLDER = "MOORING_METRICS_FOLDER"


def worker_count(environ: Mapping[str, str]) -> int:
    """How many workers are asked for. Raises InvalidSettings.

    >>> worker_count({}), worker_count({"MOORING_WORKERS": "2"})
    (1, 2)
    """
    text = environ.get(VARIABLE, "") or "1"
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= MOST_WORKERS):
        raise InvalidSettings(
            f"it is not a whole number from 1 to {MOST_WORKERS}",
            place=VARIABLE,
            cure="Write 2, or leave it out for one worker.",
        )
    return int(text)


def declared_workers(environ: Mapping[str, str]) -> int:
    """What BentoML is told when the service is declared, which is before anybody can refuse it."""
    try:
        return worker_count(environ)
    except InvalidSettings:
        return 1


def make_folder(workers: int) -> None:
    """In the supervisor: the folder that its workers share, for as long as it lives."""
    os.environ.pop(_FOLDER, None)
    if workers > 1:
        folder = tempfile.mkdtemp(prefix="mooring-metrics-")
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        os.environ[_FOLDER] = folder


def join_workers(place: int | None) -> Workers | None:
    """In a worker, before it counts anything; `place` is its number among its supervisor's workers.

    None where there is only one.
    """
    # BentoML asks for files of its own, which are not read here.
    os.environ.pop("PROMETHEUS_MULTIPROC_DIR", None)
    folder = os.environ.pop(_FOLDER, "")
    if not folder:
        return None
    workers = Workers(Path(folder), os.getppid())
    workers.join(place or 0)
    return workers
