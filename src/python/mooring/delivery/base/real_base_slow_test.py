"""The locked base, made from Debian's packages: needs apt, a mirror, and a version that is still
there. When one has left the mirror this test says so: the lock is due for --relock.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import Path

from mooring.delivery.base.fetch import Mirrors, fetch_packages
from mooring.delivery.base.lock import read_lock
from mooring.delivery.base.make import Made, Wishes, make_base
from mooring.delivery.base.packages import DROPPED
from mooring.delivery.base.testing.mirror import needs_apt

LOCK = Path("deploy/base.lock.json")


def made_in(cache: Path) -> Made:
    return make_base(LOCK, cache, Wishes(), lambda said: None)


def test_two_folders_give_the_locked_base_byte_for_byte(tmp_path: Path) -> None:
    needs_apt()

    first, second = made_in(tmp_path / "one"), made_in(tmp_path / "a longer name")

    assert first.new
    assert second.new
    assert first.archive.read_bytes() == second.archive.read_bytes()


def test_nothing_is_dropped_in_vain(tmp_path: Path) -> None:
    needs_apt()
    mirrors = Mirrors(tmp_path / "apt")
    paths = {
        entry.path
        for name, platform in read_lock(LOCK.read_bytes()).platforms.items()
        for deb in fetch_packages(name, platform.packages, tmp_path / "packages", mirrors)
        for entry in deb.entries
    }

    unused = [p for p in DROPPED if not any(fnmatchcase(path, p) for path in paths)]
    assert unused == []
