"""The locked base, found in the cache and verified: what the assembler of images builds upon.
Standard library only.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from mooring.delivery.base.errors import BaseMissing, BaseTampered
from mooring.delivery.base.lock import BaseLock, read_lock
from mooring.delivery.oci.archive import ImageArchive, open_archive
from mooring.delivery.oci.errors import ImageUnreadable

MAKE_IT = "run ./mooring images base"

# The file that our archives end with, as their names are sorted.
LAST = "oci-layout"


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


def verified(lock: BaseLock, path: Path) -> Path:
    """`path`, when the archive there is the locked base."""
    if not path.is_file():
        raise BaseMissing(
            "the base image is not in the cache", place=str(path), cure=f"Make it: {MAKE_IT}."
        )
    try:
        archive = open_archive(path)
        _check_names(archive, lock)
        archive.check()
        archive.member(LAST)  # or the archive is cut short behind the blobs
    except ImageUnreadable as error:
        raise _tampered(path, error.problem) from None
    except (KeyError, TypeError, ValueError, AttributeError):
        raise _tampered(path, "its documents are not those of an image") from None
    return path


def _check_names(archive: ImageArchive, lock: BaseLock) -> None:
    if archive.digest != lock.digest:
        raise _tampered(archive.path, f"it holds {archive.digest}, not {lock.digest}")
    found = {platform.digest for platform in archive.platforms}
    if missing := {platform.manifest for platform in lock.platforms.values()} - found:
        raise _tampered(archive.path, f"its index does not name {min(missing)}")


def _tampered(path: Path, problem: str) -> BaseTampered:
    return BaseTampered(problem, place=str(path), cure=f"Make it anew: {MAKE_IT}.")
