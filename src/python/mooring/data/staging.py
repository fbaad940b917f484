"""A folder beside a dataset's tables for work in progress, and the sweeping of what a kill left.

One ingest of a dataset runs at a time. It holds the dataset's folder locked, and the kernel lets go
of a lock when its holder dies: whoever has it may remove all work that still lies about.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from mooring.data.errors import DatasetBusy

STAGING = ".staging-"


@dataclass(frozen=True)
class Staging:
    """A folder of this process alone; `name` is in the names of all files that it publishes."""

    folder: Path
    name: str


@contextmanager
def staging(dataset: Path) -> Iterator[Staging]:
    """Lock the dataset's folder, sweep it, and lend a staging folder that is removed at the end.

    Raises DatasetBusy while another process ingests into it.
    """
    with _locked(dataset):
        sweep(dataset)
        name = secrets.token_hex(8)
        folder = dataset / f"{STAGING}{name}"
        folder.mkdir()
        try:
            yield Staging(folder, name)
        finally:
            sweep(dataset)
            with suppress(OSError):  # nothing was written: leave no empty folder
                dataset.rmdir()


def sweep(dataset: Path) -> None:
    """Remove staging folders, and the files that were published from them to no version's use.

    A file goes into its table before the commit that names it, so a kill in between strands it.
    """
    for folder in dataset.glob(f"{STAGING}*"):
        name = folder.name.removeprefix(STAGING)
        for part in dataset.glob(f"*/month=*/{name}-*.parquet"):
            if not _is_committed(part, name):
                part.unlink()
        shutil.rmtree(folder)


def _is_committed(part: Path, name: str) -> bool:
    """Whether a commit names files of that staging; the newest are asked first."""
    log = part.parent.parent / "_delta_log"
    return any(name in commit.read_text() for commit in sorted(log.glob("*.json"), reverse=True))


@contextmanager
def _locked(dataset: Path) -> Iterator[None]:
    while True:
        dataset.mkdir(parents=True, exist_ok=True)
        handle = os.open(dataset, os.O_RDONLY)
        try:
            _lock(handle, dataset)
            if not _is_still(handle, dataset):  # its last holder removed it
                continue
            yield
            return
        finally:
            os.close(handle)


def _lock(handle: int, dataset: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise DatasetBusy(
            "another ingest of this dataset is running",
            place=str(dataset),
            cure="Wait for it to end, then run this one again.",
        ) from None


def _is_still(handle: int, dataset: Path) -> bool:
    return dataset.exists() and os.path.samestat(os.fstat(handle), dataset.stat())
