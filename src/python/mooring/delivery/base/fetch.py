"""The packages of a lock, by sha256: from the cache, else from the mirrors that apt knows here."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from mooring.delivery.base.apt import Apt, private_apt
from mooring.delivery.base.cache import put
from mooring.delivery.base.deb import Deb, read_deb
from mooring.delivery.base.errors import PackageGone, PackageTampered
from mooring.delivery.base.lock import Package
from mooring.delivery.base.packages import (
    PACKAGES,
    PLATFORMS,
    SUITE,
    Candidate,
    check_closed,
)

NEWEST = "Take the newest versions: ./mooring images base --relock"


class Mirrors:
    """One private apt for each platform, made when it is first asked for; in an empty folder."""

    def __init__(self, folder: Path, sources: Path | None = None) -> None:
        self._folder = folder
        self._sources = sources
        self._apts: dict[str, Apt] = {}

    def at(self, platform: str) -> Apt:
        """The apt of `linux/…`; raises AptUnusable."""
        if platform not in self._apts:
            architecture = PLATFORMS[platform]
            folder = self._folder / architecture
            self._apts[platform] = private_apt(folder, SUITE, architecture, self._sources)
        return self._apts[platform]


def newest_packages(mirrors: Mirrors) -> dict[str, tuple[Package, ...]]:
    """The newest version of each chosen package, by platform.

    Raises PackageGone, PackagesIncomplete, AptUnusable.
    """
    return {platform: _newest(mirrors.at(platform)) for platform in PLATFORMS}


def _newest(apt: Apt) -> tuple[Package, ...]:
    found = apt.newest(PACKAGES)
    if missing := set(PACKAGES) - {candidate.name for candidate in found}:
        raise PackageGone(
            f"Debian {SUITE} has no {min(missing)}",
            place=apt.architecture,
            cure="Look at this machine's sources of apt, and at the list of packages.",
        )
    check_closed(found)
    return tuple(sorted(Package(c.name, c.version, c.architecture, c.sha256) for c in found))


def fetch_packages(
    platform: str, packages: Iterable[Package], cache: Path, mirrors: Mirrors
) -> list[Deb]:
    """Read each package, in the order of names. Those that were fetched stay in `cache`.

    Raises PackageGone, PackageTampered, AptUnusable.
    """
    packages = sorted(packages)
    missing = [p for p in packages if _cached(cache, p) is None]
    if missing:
        _download(mirrors.at(platform), missing, cache)
    return [_read(cache, package) for package in packages]


def _download(apt: Apt, packages: list[Package], cache: Path) -> None:
    offered = apt.offered(package.name for package in packages)
    _check_offered(packages, offered, apt.architecture)
    wanted = {(p.name, p.version) for p in packages}
    for path in apt.download({c for c in offered if (c.name, c.version) in wanted}):
        put(path, _place(cache, hashlib.sha256(path.read_bytes()).hexdigest()))


def _check_offered(
    packages: Iterable[Package], offered: Iterable[Candidate], architecture: str
) -> None:
    versions = {(c.name, c.version) for c in offered}
    gone = [p for p in packages if (p.name, p.version) not in versions]
    if gone:
        names = ", ".join(f"{p.name} {p.version}" for p in gone)
        raise PackageGone(f"the mirror no longer has {names}", place=architecture, cure=NEWEST)


def _read(cache: Path, package: Package) -> Deb:
    content = _cached(cache, package)
    if content is None:
        raise PackageTampered(
            f"the mirror's file of version {package.version} is not the locked one",
            place=package.name,
            cure=f"Look whether you trust the mirror. {NEWEST}",
        )
    return read_deb(content, place=package.name)


def _cached(cache: Path, package: Package) -> bytes | None:
    """A cached file under its own hash; whatever is not what it should be is fetched anew."""
    try:
        content = _place(cache, package.sha256).read_bytes()
    except FileNotFoundError:
        return None
    return content if hashlib.sha256(content).hexdigest() == package.sha256 else None


def _place(cache: Path, sha256: str) -> Path:
    return cache / f"{sha256}.deb"
