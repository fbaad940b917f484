"""Writing the keys file: one key more, one key less. The gateway only reads it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from mooring.bundle.atomic import write_file
from mooring.cli.errors import NoSuchKey
from mooring.gateway.auth.keys import digest_of, new_key
from mooring.gateway.auth.keys_file import Entry, KeysFile, entry_of, read_keys


@dataclass(frozen=True)
class Made:
    """A new key: its text, which is kept nowhere, and its entry in the file."""

    text: str
    entry: Entry


def make_key(
    path: Path,
    caller: str,
    scopes: Sequence[str],
    *,
    days: float | None = None,
    rate: float | None = None,
    models: Sequence[str] = (),
) -> Made:
    """Add a key of `caller` to the file. Raises BadKeys."""
    text, key_id = new_key()
    said = {
        "id": key_id,
        "caller": caller,
        "sha256": digest_of(text).hex(),
        "scopes": [*dict.fromkeys(scopes)],
        "expires": None if days is None else _in_days(days),
        "rate": rate,
        "models": list(models) or None,
    }
    entry = entry_of(said)
    with _only_writer(path):
        _write(path, (*_read(path).keys, entry))
    return Made(text, entry)


def list_keys(path: Path) -> tuple[Entry, ...]:
    """The keys that are in the file. Raises BadKeys."""
    return _read(path).keys


def revoke_key(path: Path, key_id: str) -> Entry:
    """Take a key out of the file. Raises BadKeys or NoSuchKey."""
    with _only_writer(path):
        keys = _read(path).keys
        gone = next((entry for entry in keys if entry.id == key_id), None)
        if gone is None:
            # The id itself is not repeated: it may be a whole key.
            cure = "`mooring gateway keys list` tells the ids: 8 characters, after `mooring_`."
            raise NoSuchKey("no key has that id", place=str(path), cure=cure)
        _write(path, tuple(entry for entry in keys if entry is not gone))
    return gone


def _in_days(days: float) -> datetime:
    return (datetime.now(UTC) + timedelta(days=days)).replace(microsecond=0)


def _read(path: Path) -> KeysFile:
    return read_keys(path) if path.exists() else KeysFile()


def _write(path: Path, keys: tuple[Entry, ...]) -> None:
    before = os.umask(0o077)
    try:
        write_file(path, KeysFile(keys=keys).to_json())
    finally:
        os.umask(before)


@contextmanager
def _only_writer(path: Path) -> Iterator[None]:
    """Two people at once add two keys, not one. The lock is beside the file, which is replaced."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path.with_name(f".{path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
