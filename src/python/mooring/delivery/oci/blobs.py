"""Content-addressed files: a name that is the sha256 of what is inside."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

BLOBS = "blobs/sha256"


def digest_of(content: bytes) -> str:
    """`sha256:` and 64 hexadecimal digits.

    >>> digest_of(b"")[:15]
    'sha256:e3b0c442'
    """
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def blob_path(digest: str) -> str:
    """Where a blob lies in an OCI layout.

    >>> blob_path("sha256:e3b0")
    'blobs/sha256/e3b0'
    """
    return f"{BLOBS}/{digest.removeprefix('sha256:')}"


class Hashing:
    """A file to write to that counts and hashes what passes."""

    def __init__(self, file: IO[bytes] | None = None) -> None:
        self._file = file
        self._sha256 = hashlib.sha256()
        self.size = 0

    def write(self, data: bytes) -> int:
        """Pass `data` on."""
        self._sha256.update(data)
        self.size += len(data)
        return self._file.write(data) if self._file else len(data)

    def flush(self) -> None:
        """What gzip asks for; nothing is held back here."""

    @property
    def digest(self) -> str:
        """Of everything so far."""
        return f"sha256:{self._sha256.hexdigest()}"


def write_blob(layout: Path, content: bytes) -> str:
    """Write `content` into a layout; returns its digest."""
    with new_blob(layout) as blob:
        blob.write(content)
    return blob.digest


@contextmanager
def new_blob(layout: Path) -> Iterator[Hashing]:
    """A blob that gets its name when it is whole; a failed one leaves nothing."""
    folder = layout / BLOBS
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / f"partial-{os.getpid()}"
    try:
        with partial.open("wb") as file:
            blob = Hashing(file)
            yield blob
        partial.rename(layout / blob_path(blob.digest))
    finally:
        partial.unlink(missing_ok=True)
