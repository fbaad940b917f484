"""Files and folders that appear whole or not at all: write aside, fsync, rename, fsync folder."""

from __future__ import annotations

import os
import secrets
import shutil
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

# Names of half-written work; a crash leaves them behind and the next writer sweeps them.
ASIDE = ".writing-"

# Work left aside by a killed writer is swept once it is this old: no write takes an hour.
STALE_SECONDS = 3_600


def write_file(path: Path, content: bytes, *, aside_in: Path | None = None) -> None:
    """Replace `path` by `content` in one step; half-written work lies in `aside_in`, by default
    the same folder. Both are of one file system.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    folder = aside_in or path.parent
    sweep(folder)
    aside = folder / f"{ASIDE}{path.name}-{secrets.token_hex(6)}"
    try:
        _write_synced(aside, content)
        os.replace(aside, path)
    finally:
        aside.unlink(missing_ok=True)
    sync_folder(path.parent)


def write_folder(path: Path, files: Mapping[str, bytes]) -> None:
    """Create the folder `path` with `files` in one step; a folder already there stays as it is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    sweep(path.parent)
    aside = path.parent / f"{ASIDE}{path.name}-{secrets.token_hex(6)}"
    aside.mkdir()
    try:
        for name, content in files.items():
            _write_synced(aside / name, content)
        sync_folder(aside)
        _publish(aside, path)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    sync_folder(path.parent)


def sweep(folder: Path) -> None:
    """Remove what killed writers left aside in `folder`."""
    if not folder.is_dir():
        return
    oldest = time.time() - STALE_SECONDS
    for entry in folder.iterdir():
        # Writers of this moment rename theirs away under our eyes.
        with suppress(FileNotFoundError):
            if entry.name.startswith(ASIDE) and entry.lstat().st_mtime < oldest:
                _remove(entry)


def _remove(entry: Path) -> None:
    if entry.is_dir() and not entry.is_symlink():
        shutil.rmtree(entry, ignore_errors=True)
    else:
        entry.unlink()


def sync_folder(path: Path) -> None:
    """Make a rename inside `path` survive a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _write_synced(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _publish(aside: Path, path: Path) -> None:
    """Rename into place. A rename onto a non-empty folder fails: somebody else was first."""
    try:
        os.rename(aside, path)
    except OSError:
        if not path.is_dir():
            raise
