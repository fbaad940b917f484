"""Making the base: from its lock, or with a new one; into the cache, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from mooring.bundle.atomic import write_file
from mooring.delivery.base.build import build_layout
from mooring.delivery.base.cache import disk_faults, put, work_folder
from mooring.delivery.base.errors import (
    BaseDiffers,
    BaseLockUnreadable,
    BaseMissing,
    BaseTampered,
    RegistryUnusable,
)
from mooring.delivery.base.fetch import Mirrors, fetch_packages, newest_packages
from mooring.delivery.base.installed import distribution_in, installed_packages
from mooring.delivery.base.lock import BaseLock, Package, PlatformLock, read_lock
from mooring.delivery.base.locked import archive_in, verified
from mooring.delivery.base.packages import PLATFORMS, SUITE
from mooring.delivery.base.registry import pull_layout, reference_of
from mooring.delivery.oci.archive import ImageArchive, open_archive
from mooring.delivery.oci.errors import ImageUnreadable
from mooring.delivery.oci.layout import write_archive

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Change:
    """A package of a platform that a new lock has in another version; empty where it has none."""

    platform: str
    package: str
    before: str
    after: str


@dataclass(frozen=True)
class Made:
    """The base in the cache; `new` unless it lay there already, `changes` to the lock before."""

    lock: BaseLock
    archive: Path
    new: bool
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True)
class Wishes:
    """Where the base is taken from, if not from where its lock says: `reference` in a registry,
    reached `insecure`ly, or packages by the `sources` of apt named here.
    """

    reference: str | None = None
    insecure: bool = False
    sources: Path | None = None


def make_base(lock_file: Path, cache: Path, wishes: Wishes, tell: Tell) -> Made:
    """Have the locked base in `cache`. Raises a BaseError; BaseDiffers when what was made is not
    what was locked.
    """
    lock = read_lock(_text(lock_file), place=str(lock_file))
    _check_wished(lock, wishes)
    archive = archive_in(cache, lock.digest)
    try:
        return Made(lock, verified(lock, archive), new=False)
    except BaseMissing:
        pass
    except BaseTampered as tampered:
        tell(f"{tampered.problem}: made anew")
    with work_folder(cache) as work:
        made = _layout(lock, cache, work, wishes, tell)
        _check_same(lock, made)
        tell("checking the archive")
        verified(lock, _packed(made, work))
        put(work / "archive", archive)
    return Made(lock, archive, new=True)


def relock_base(lock_file: Path, cache: Path, wishes: Wishes, tell: Tell) -> Made:
    """Make the base of the newest packages, or of another reference, and lock it.

    The archive is in the cache before the lock names it. Raises a BaseError.
    """
    before = _former(lock_file)
    with work_folder(cache) as work:
        found = _newest(cache, work, wishes, tell)
        lock = _lock_of(_packed(found.layout, work), found)
        tell("checking the archive")
        verified(lock, work / "archive")
        archive = archive_in(cache, lock.digest)
        new = not archive.exists()
        put(work / "archive", archive)
    with disk_faults(lock_file):
        write_file(lock_file, lock.to_json())
    return Made(lock, archive, new, tuple(_changes(before, lock)))


@dataclass(frozen=True)
class _Found:
    """A layout, where it came from, and its packages where they are known beforehand."""

    layout: Path
    source: Mapping[str, str]
    packages: Mapping[str, tuple[Package, ...]]


def _layout(lock: BaseLock, cache: Path, work: Path, wishes: Wishes, tell: Tell) -> Path:
    reference = wishes.reference or lock.source.get("reference")
    if reference:
        return _pulled(reference, work, wishes, tell)
    packages = {name: platform.packages for name, platform in lock.platforms.items()}
    return _built(packages, cache, work, Mirrors(work / "apt", wishes.sources), tell)


def _newest(cache: Path, work: Path, wishes: Wishes, tell: Tell) -> _Found:
    if wishes.reference:
        source = {"kind": "registry", "reference": str(reference_of(wishes.reference))}
        return _Found(_pulled(wishes.reference, work, wishes, tell), source, {})
    mirrors = Mirrors(work / "apt", wishes.sources)
    tell("looking for the newest packages")
    packages = newest_packages(mirrors)
    layout = _built(packages, cache, work, mirrors, tell)
    return _Found(layout, {"kind": "debian", "suite": SUITE}, packages)


def _built(
    packages: Mapping[str, tuple[Package, ...]],
    cache: Path,
    work: Path,
    mirrors: Mirrors,
    tell: Tell,
) -> Path:
    tell("fetching packages")
    debs = {
        name: fetch_packages(name, wanted, cache / "packages", mirrors)
        for name, wanted in packages.items()
    }
    tell("unpacking, compiling and packing")
    return build_layout(debs, work)


def _pulled(reference: str, work: Path, wishes: Wishes, tell: Tell) -> Path:
    tell(f"pulling {reference}")
    return pull_layout(reference_of(reference), work / "layout", insecure=wishes.insecure)


def _packed(layout: Path, work: Path) -> Path:
    write_archive(layout, work / "archive")
    return work / "archive"


def _check_wished(lock: BaseLock, wishes: Wishes) -> None:
    """Whether the reference that is wished for is the locked base, before anything is pulled."""
    if wishes.reference and reference_of(wishes.reference).digest != lock.digest:
        raise BaseDiffers(
            f"it is not {lock.digest}, which is locked",
            place=wishes.reference,
            cure="Name the locked one, or lock this one: add --relock.",
        )


def _check_same(lock: BaseLock, layout: Path) -> None:
    """Whether the layout is what was locked, before anything is written."""
    blob = layout / "blobs" / lock.digest.replace(":", "/")
    if not blob.is_file():
        raise BaseDiffers(
            f"what was made is not {lock.digest}",
            place="the base image",
            cure="Was it locked by another version of Mooring, or with another zlib? Look, "
            "then: ./mooring images base --relock",
        )


def _lock_of(path: Path, found: _Found) -> BaseLock:
    archive = _opened(path, found)
    platforms = {
        p.platform: PlatformLock(
            p.digest, found.packages.get(p.platform) or installed_packages(archive, p)
        )
        for p in archive.platforms
        if p.platform in PLATFORMS
    }
    if missing := set(PLATFORMS) - set(platforms):
        raise RegistryUnusable(
            f"the image has no {min(missing)}",
            place=found.source.get("reference", ""),
            cure=f"Choose one for {' and '.join(PLATFORMS)}.",
        )
    size = sum(entry["size"] for entry in archive.descriptors())
    distribution = distribution_in(archive, archive.platforms[0])
    source = {**found.source, "distribution": distribution} if distribution else found.source
    return BaseLock(archive.digest, size, source, platforms)


def _opened(path: Path, found: _Found) -> ImageArchive:
    try:
        return open_archive(path)
    except ImageUnreadable as error:
        raise RegistryUnusable(
            f"it is no image of several platforms: {error.problem}",
            place=found.source.get("reference", ""),
            cure="Name the digest of an OCI image index.",
        ) from None


def _former(lock_file: Path) -> BaseLock | None:
    try:
        return read_lock(lock_file.read_bytes())
    except (FileNotFoundError, BaseLockUnreadable):
        return None


def _changes(before: BaseLock | None, after: BaseLock) -> Iterator[Change]:
    for platform in sorted(after.platforms):
        old = _versions(before.platforms[platform].packages) if before else {}
        new = _versions(after.platforms[platform].packages)
        for name in sorted(old.keys() | new.keys()):
            if old.get(name) != new.get(name):
                yield Change(platform, name, old.get(name, ""), new.get(name, ""))


def _versions(packages: Iterable[Package]) -> dict[str, str]:
    return {package.name: package.version for package in packages}


def _text(lock_file: Path) -> bytes:
    try:
        return lock_file.read_bytes()
    except FileNotFoundError:
        raise BaseLockUnreadable(
            "there is no lock of a base",
            place=str(lock_file),
            cure="Restore it from git, or write it: ./mooring images base --relock",
        ) from None
