"""How a place of bundles is written: a folder, or a URL; read here, and never reached.

A URL is recorded in `release.json` and printed in errors, so one that carries a password is
refused, and what refuses it does not repeat it.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from mooring.bundle.errors import StoreUnknown

_CURE = "Name a folder, or a URL such as s3://bucket/prefix; credentials belong in AWS_* variables."


def is_url(location: str) -> bool:
    """Whether the location is a URL and no folder.

    >>> is_url("s3://bucket/bundles"), is_url("bundles/0123")
    (True, False)
    """
    return "://" in location


def bundle_folder(location: str) -> Path | None:
    """The folder that a location names, `file://` included; None for any other URL.

    >>> bundle_folder("file:///srv/bundles")
    PosixPath('/srv/bundles')

    Raises StoreUnknown for a URL that is none or holds credentials.
    """
    if not is_url(location):
        return Path(location)
    parts = _parts(location)
    return Path(parts.path) if parts.scheme == "file" else None


def checked_url(location: str) -> str:
    """The URL without a slash at its end. Raises StoreUnknown."""
    _parts(location)
    return location.rstrip("/")


def parent_of(location: str) -> tuple[str, str]:
    """The URL of a store and the name of the bundle in it.

    >>> parent_of("s3://bucket/bundles/0123456789abcdef")
    ('s3://bucket/bundles', '0123456789abcdef')
    """
    store, _, name = checked_url(location).rpartition("/")
    return store, name


def _parts(location: str) -> SplitResult:
    try:
        parts = urlsplit(location)
    except ValueError:
        raise _unknown("it is not a URL", "the store's URL") from None
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise _unknown("a store's URL holds no credentials or options", f"{parts.scheme}://…")
    if parts.scheme == "file" and parts.netloc:
        raise _unknown("a file URL names no host", location)
    if not parts.netloc and parts.scheme != "file":
        raise _unknown("it names no bucket", location)
    return parts


def _unknown(problem: str, place: str) -> StoreUnknown:
    return StoreUnknown(problem, place=place, cure=_CURE)
