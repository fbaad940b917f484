"""The locked base, found in the cache and verified: what the assembler of images builds upon.
Standard library only.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from mooring.delivery.base.archive import verify_archive
from mooring.delivery.base.errors import BaseMissing
from mooring.delivery.base.lock import BaseLock, read_lock

MAKE_IT = "run ./mooring images base"


def base_cache(environ: Mapping[str, str]) -> Path:
    """The folder of base archives: below $MOORING_CACHE, by default ~/.cache/mooring."""
    cache = environ.get("MOORING_CACHE")
    return (Path(cache) if cache else Path.home() / ".cache" / "mooring") / "base"


def archive_in(cache: Path, digest: str) -> Path:
    """Where the archive of the base `sha256:…` lies in its cache."""
    return cache / f"{digest.removeprefix('sha256:')}.oci.tar"


def locked_base(lock_text: str, cache: Path) -> Path:
    """The archive of the locked base, each blob of it verified.

    Raises BaseMissing, BaseTampered, BaseLockUnreadable.
    """
    lock = read_lock(lock_text)
    return verified(lock, archive_in(cache, lock.digest))


def verified(lock: BaseLock, archive: Path) -> Path:
    """`archive`, when it is the locked base."""
    if not archive.is_file():
        raise BaseMissing(
            "the base image is not in the cache", place=str(archive), cure=f"Make it: {MAKE_IT}."
        )
    verify_archive(archive, lock.digest, [p.manifest for p in lock.platforms.values()])
    return archive
