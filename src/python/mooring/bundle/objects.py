"""What a store of bundles asks of an object store, through fsspec; its errors become ours.

fsspec and s3fs are imported here alone. Nothing that comes back is believed: not a size, not a
content. Endpoint, region and credentials are botocore's to find, by the standard AWS_* variables.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import fsspec
from fsspec.callbacks import Callback

from mooring.bundle.errors import (
    BundleTooLarge,
    StoreDenied,
    StoreMissing,
    StoreUnknown,
    StoreUnreachable,
)
from mooring.contract.errors import MooringError

# Where an object appears whole or not at all, which folders do not promise, nor web servers.
_OBJECT_STORES = frozenset({"s3", "gs", "abfs", "memory"})

# By name: they are botocore's, which only S3 brings along.
_NO_CREDENTIALS = frozenset(
    {"NoCredentialsError", "PartialCredentialsError", "CredentialRetrievalError", "ProfileNotFound"}
)

# Errors of the disk that is downloaded to, not of the store.
_OWN_DISK = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS})


@dataclass(frozen=True)
class Patience:
    """How long to wait for a connection and for every answer, and how often to try.

    An endpoint that is not there is said to be not there after seconds, one that hangs after half a
    minute; botocore's own defaults are five attempts of a minute each.
    """

    connect_seconds: float = 3
    read_seconds: float = 10
    attempts: int = 3


_PATIENCE = Patience()


@dataclass(frozen=True)
class Object:
    """One object: its path below the URL, the size that the store says it has, and when it was
    written, in seconds since 1970.
    """

    path: str
    bytes: int
    touched: float


class Objects:
    """The objects below one URL."""

    def __init__(self, url: str, patience: Patience = _PATIENCE) -> None:
        self.url = url
        with _translated(url):
            self._files, self._root = _opened(url, patience)

    def read(self, path: str, most: int, into: Path) -> bool:
        """Download an object of at most `most` bytes into a new file; False if there is none.

        Raises BundleTooLarge as soon as more arrives, whatever size was announced; StoreError.
        """
        place = f"{self.url}/{path}"
        try:
            with _translated(place):
                self._files.get_file(f"{self._root}/{path}", str(into), callback=Cap(most, place))
        except FileNotFoundError:
            into.unlink(missing_ok=True)
            return False
        with into.open("rb") as file:
            os.fsync(file.fileno())
        return True

    def write(self, path: str, content: bytes) -> None:
        """Create or replace an object in one step."""
        with _translated(f"{self.url}/{path}", missing=StoreMissing):
            self._files.pipe_file(f"{self._root}/{path}", content)

    def list(self, prefix: str = "") -> tuple[Object, ...]:
        """All objects below the prefix, fresh from the store."""
        found: Mapping[str, Mapping[str, Any]] = {}
        with _translated(self.url), _ignore_missing():
            found = self._files.find(f"{self._root}/{prefix}".rstrip("/"), detail=True)
        start = len(self._root) + 1
        return tuple(
            Object(path[start:], int(info["size"]), _time(info))
            for path, info in sorted(found.items())
        )

    def remove(self, path: str) -> None:
        """Remove an object; one that is gone already is no error."""
        with _translated(f"{self.url}/{path}"), _ignore_missing():
            self._files.rm_file(f"{self._root}/{path}")


class Cap(Callback):  # type: ignore[misc]  # the library ships no types
    """Stops a download that grows beyond its cap."""

    def __init__(self, most: int, place: str) -> None:
        super().__init__()
        self._most = most
        self._place = place
        self._seen = 0

    def set_size(self, size: int | None) -> None:
        """Called once with the size that the store announces, if it does."""
        self._check(size or 0)

    def relative_update(self, inc: int = 1) -> None:
        """Called after every part that arrived."""
        self._seen += inc
        self._check(self._seen)

    def _check(self, size: int) -> None:
        if size > self._most:
            raise BundleTooLarge(
                f"it is larger than {self._most} bytes",
                place=self._place,
                cure="Find out who wrote it, and put the bundle there again.",
            )


def _opened(url: str, patience: Patience) -> tuple[Any, str]:
    """The file system of a URL and the path below which it is about."""
    scheme = url.split("://")[0]
    if scheme not in _OBJECT_STORES:
        raise _unknown(url, f"{scheme}:// is no kind of store")
    try:
        kind = fsspec.get_filesystem_class(scheme)
    except ImportError:
        raise _unknown(url, f"the library for {scheme}:// is not installed") from None
    files = kind(skip_instance_cache=True, **(_s3_options(patience) if scheme == "s3" else {}))
    # s3fs would repeat what botocore has given up on.
    files.retries = 1
    return files, str(kind._strip_protocol(url))


def _s3_options(patience: Patience) -> dict[str, Any]:
    retries = {"mode": "standard", "total_max_attempts": patience.attempts}
    return {
        "config_kwargs": {
            "connect_timeout": patience.connect_seconds,
            "read_timeout": patience.read_seconds,
            "retries": retries,
        },
        # One stream a file, which can be cut off where it grows beyond its cap.
        "max_concurrency": 1,
        "use_listings_cache": False,
    }


def _unknown(url: str, problem: str) -> StoreUnknown:
    return StoreUnknown(problem, place=url, cure="Name a folder, or a URL such as s3://bucket/x.")


@contextmanager
def _ignore_missing() -> Iterator[None]:
    """Inside of `_translated`, so that a missing bucket is still seen there."""
    try:
        yield
    except FileNotFoundError as error:
        if _no_bucket(error):
            raise


@contextmanager
def _translated(place: str, missing: type[StoreMissing] | None = None) -> Iterator[None]:
    """Every error of the store's libraries as one of ours; a missing object passes through.

    Never their own words: they may quote the request, keys and all.
    """
    try:
        yield
    except MooringError:
        raise
    except Exception as error:  # three libraries, each with a family of its own
        if isinstance(error, FileNotFoundError) and not missing and not _no_bucket(error):
            raise
        if isinstance(error, OSError) and error.errno in _OWN_DISK:
            raise
        raise _told(error, place) from None


def _told(error: Exception, place: str) -> MooringError:
    if isinstance(error, PermissionError) or type(error).__name__ in _NO_CREDENTIALS:
        return StoreDenied(
            f"the store refuses access ({_code(error)})",
            place=place,
            cure="Check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and what they may do.",
        )
    if isinstance(error, FileNotFoundError):
        return StoreMissing(
            "there is no such bucket", place=place, cure="Create it, or correct the URL."
        )
    return StoreUnreachable(
        f"the store does not answer as it should ({_code(error)})",
        place=place,
        cure="Check AWS_ENDPOINT_URL and the network, and try again.",
    )


def _no_bucket(error: Exception) -> bool:
    return _code(error) == "NoSuchBucket"


def _code(error: Exception) -> str:
    """The service's own word for what went wrong, else the kind of error: neither holds data."""
    response = getattr(error.__cause__ or error, "response", None)
    code = response.get("Error", {}).get("Code") if isinstance(response, dict) else None
    # A code is the server's to choose: only words pass.
    return code if isinstance(code, str) and code.isalnum() else type(error).__name__


def _time(info: Mapping[str, Any]) -> float:
    """When the object was written; S3 says LastModified, memory says created."""
    found = info.get("LastModified") or info.get("created") or info.get("mtime")
    return found.timestamp() if isinstance(found, datetime) else float(found or 0.0)
