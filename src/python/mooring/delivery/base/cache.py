"""The folder of base archives: work lies aside, and what is there is whole."""

from __future__ import annotations

import errno
import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mooring.bundle.atomic import ASIDE, sweep, sync_folder
from mooring.delivery.base.errors import BaseUnwritable

# Faults of the disk or of its rights, not of ours.
_OF_THE_DISK = {
    errno.EACCES: "it may not be written",
    errno.EDQUOT: "the quota is used up",
    errno.EFBIG: "files may not get this large",
    errno.ENOSPC: "the disk is full",
    errno.EPERM: "it may not be written",
    errno.EROFS: "it may not be written",
}


@contextmanager
def work_folder(cache: Path) -> Iterator[Path]:
    """An empty folder beside the archives, gone afterwards; what killed makers left is swept.

    Raises BaseUnwritable, also for what the block runs into.
    """
    with disk_faults(cache):
        cache.mkdir(parents=True, exist_ok=True)
        sweep(cache)
        aside = cache.resolve() / f"{ASIDE}{secrets.token_hex(6)}"
        aside.mkdir()
        handle = os.open(aside, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield aside
        finally:
            os.close(handle)
            shutil.rmtree(aside, ignore_errors=True)


@contextmanager
def disk_faults(place: Path) -> Iterator[None]:
    """Full disks and missing rights, said plainly: raises BaseUnwritable."""
    try:
        yield
    except OSError as error:
        if error.errno not in _OF_THE_DISK:
            raise
        raise BaseUnwritable(
            _OF_THE_DISK[error.errno],
            place=str(place),
            cure="Free some of it, or choose another folder with MOORING_CACHE.",
        ) from None


def put(aside: Path, path: Path) -> None:
    """Rename a finished file into place, so that a power cut cannot halve it."""
    with aside.open("rb") as file:
        os.fsync(file.fileno())
    path.parent.mkdir(parents=True, exist_ok=True)
    os.replace(aside, path)
    sync_folder(path.parent)
