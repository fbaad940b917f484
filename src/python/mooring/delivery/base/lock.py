"""`deploy/base.lock.json`: which base, by digest, and what it is made of. Standard library only,
because images are assembled without any other.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mooring.delivery.base.errors import BaseLockUnreadable

FORMAT = 1
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")

_CURE = "Restore it from git, or write it anew: ./mooring images base --relock"


@dataclass(frozen=True, order=True)
class Package:
    """A Debian package of one platform; `sha256` of its .deb, empty where nobody recorded it."""

    name: str
    version: str
    architecture: str
    sha256: str = ""


@dataclass(frozen=True)
class PlatformLock:
    """The manifest of one platform, as `sha256:…`, and the packages in its layers."""

    manifest: str
    packages: tuple[Package, ...]


@dataclass(frozen=True)
class BaseLock:
    """The base: digest of its image index, size of its blobs together in bytes, where it comes
    from, and its platforms by name (`linux/amd64`).
    """

    digest: str
    size: int
    source: Mapping[str, str]
    platforms: Mapping[str, PlatformLock]

    def to_json(self) -> bytes:
        """The file's content: sorted and indented, to be read in review."""
        platforms = {
            name: {"manifest": p.manifest, "packages": [_plain(q) for q in sorted(p.packages)]}
            for name, p in sorted(self.platforms.items())
        }
        document = {
            "format": FORMAT,
            "digest": self.digest,
            "bytes": self.size,
            "source": dict(self.source),
            "platforms": platforms,
        }
        return (json.dumps(document, indent=2) + "\n").encode()


def read_lock(text: str | bytes, *, place: str = "base.lock.json") -> BaseLock:
    """Parse the lock; raises BaseLockUnreadable."""
    try:
        document = json.loads(text)
        if document["format"] != FORMAT:
            raise BaseLockUnreadable(
                f"its format is {document['format']!r}, this version reads {FORMAT}",
                place=place,
                cure=_CURE,
            )
        return _lock(document)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise BaseLockUnreadable("it is no lock of a base", place=place, cure=_CURE) from None


def _lock(document: Mapping[str, Any]) -> BaseLock:
    platforms = {n: _platform(p) for n, p in document["platforms"].items()}
    source = {str(key): str(value) for key, value in document["source"].items()}
    return BaseLock(_digest(document["digest"]), int(document["bytes"]), source, platforms)


def _platform(document: Mapping[str, Any]) -> PlatformLock:
    packages = tuple(Package(**{k: str(v) for k, v in p.items()}) for p in document["packages"])
    return PlatformLock(_digest(document["manifest"]), packages)


def _digest(value: Any) -> str:
    if not DIGEST.fullmatch(value):
        raise ValueError("no sha256 digest")
    return str(value)


def _plain(package: Package) -> dict[str, str]:
    return {key: value for key, value in vars(package).items() if value}
