"""Files and folders that appear whole or not at all: write aside, fsync, rename, fsync folder.

Who writes holds a lock on what lies aside, and the kernel lets go of it when the writer dies: so
what a killed writer left is told from what a slow one still needs, whatever their age, and also
between containers that share a folder but not their process ids.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

# Names of half-written work; a crash leaves them behind and the next writer sweeps them.
ASIDE = ".writing-"

# Left alone although nobody holds it: its writer may be about to take the lock.
STALE_SECONDS = 60


def write_file(path: Path, content: bytes, *, aside_in: Path | None = None) -> None:
    """Replace `path` by `content` in one step; half-written work lies in `aside_in`, by default
    the same folder. Both are of one file system.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    folder = aside_in or path.parent
    sweep(folder)
    aside = _aside(folder, path)
    try:
        with aside.open("xb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            _fill(file.fileno(), content)
            os.replace(aside, path)
    finally:
        aside.unlink(missing_ok=True)
    sync_folder(path.parent)


def write_folder(path: Path, files: Mapping[str, bytes]) -> None:
    """Create the folder `path` with `files` in one step; a folder already there stays as it is."""
    with new_folder(path) as aside:
        for name, content in files.items():
            with (aside / name).open("xb") as file:
                _fill(file.fileno(), content)


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """Give an empty folder that becomes `path` in one step when the block ends well.

    Its files are synced by whoever writes them. A folder already at `path` stays as it is.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    sweep(path.parent)
    aside = _aside(path.parent, path)
    aside.mkdir()
    handle = os.open(aside, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield aside
        os.fsync(handle)
        _publish(aside, path)
    finally:
        os.close(handle)
        shutil.rmtree(aside, ignore_errors=True)
    sync_folder(path.parent)


def remove_folder(path: Path) -> None:
    """Remove a folder so that no half of it is ever seen under its name."""
    aside = _aside(path.parent, path)
    os.rename(path, aside)
    shutil.rmtree(aside, ignore_errors=True)


def sweep(folder: Path) -> None:
    """Remove what killed writers left aside in `folder`."""
    if not folder.is_dir():
        return
    oldest = time.time() - STALE_SECONDS
    for entry in folder.iterdir():
        # Writers of this moment rename theirs away under our eyes.
        with suppress(FileNotFoundError):
            if entry.name.startswith(ASIDE) and entry.lstat().st_mtime < oldest:
                _remove_unless_held(entry)


def _remove_unless_held(entry: Path) -> None:
    """Remove `entry` under its writer's lock; whoever holds it is alive."""
    try:
        handle = os.open(entry, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        return
    except OSError:  # a link or a socket: no writer's
        entry.unlink()
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        _remove(entry)
    except BlockingIOError:
        return
    finally:
        os.close(handle)


def _remove(entry: Path) -> None:
    if entry.is_dir():
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


def _aside(folder: Path, path: Path) -> Path:
    return folder / f"{ASIDE}{path.name}-{secrets.token_hex(6)}"


def _fill(handle: int, content: bytes) -> None:
    with os.fdopen(handle, "wb", closefd=False) as file:
        file.write(content)
    os.fsync(handle)


def _publish(aside: Path, path: Path) -> None:
    """Rename into place. A rename onto a non-empty folder fails: somebody else was first."""
    try:
        os.rename(aside, path)
    except OSError:
        if not path.is_dir():
            raise
