"""The whole of it with apt itself, on a mirror in a folder."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from mooring.bundle.atomic import ASIDE
from mooring.delivery.base.errors import (
    AptUnusable,
    BaseDiffers,
    BaseError,
    BaseLockUnreadable,
    PackageGone,
    PackagesIncomplete,
    PackageTampered,
)
from mooring.delivery.base.lock import read_lock
from mooring.delivery.base.make import Change, Made, Wishes, make_base, relock_base
from mooring.delivery.base.testing.mirror import Made as Packaged
from mooring.delivery.base.testing.mirror import Mirror, every_package, needs_apt

LARGE = Packaged("tzdata", files={"./usr/share/zoneinfo/Large": bytes(range(256)) * 4096})


@dataclass(frozen=True)
class Place:
    """A lock, a cache and a mirror of a test's own."""

    folder: Path
    mirror: Mirror

    @property
    def lock_file(self) -> Path:
        return self.folder / "deploy" / "base.lock.json"

    def cache(self, name: str = "cache") -> Path:
        return self.folder / name

    def make(self, cache: str = "cache") -> Made:
        wishes = Wishes(sources=self.mirror.sources)
        return make_base(self.lock_file, self.cache(cache), wishes, lambda said: None)

    def relock(self, cache: str = "cache") -> Made:
        wishes = Wishes(sources=self.mirror.sources)
        return relock_base(self.lock_file, self.cache(cache), wishes, lambda said: None)

    def edit_lock(self, old: str, new: str) -> None:
        text = self.lock_file.read_text()
        assert old in text
        self.lock_file.write_text(text.replace(old, new))

    def left(self, cache: str = "cache") -> list[str]:
        """What lies in a cache besides fetched packages."""
        return sorted(p.name for p in self.cache(cache).iterdir() if p.name != "packages")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    needs_apt()
    return Place(tmp_path, Mirror(tmp_path / "mirror").holds(every_package()))


def test_the_same_lock_gives_the_same_bytes_in_every_folder(place: Place) -> None:
    first = place.relock("one")
    second = place.make("another")

    assert second.new
    assert second.lock == first.lock
    assert second.archive.read_bytes() == first.archive.read_bytes()


def test_what_is_there_and_verifies_is_left_alone(place: Place) -> None:
    made = place.relock()
    before = made.archive.stat().st_mtime_ns

    again = place.make()

    assert not again.new
    assert made.archive.stat().st_mtime_ns == before


def test_an_archive_cut_short_is_made_anew(place: Place) -> None:
    made = place.relock()
    whole = made.archive.read_bytes()
    made.archive.write_bytes(whole[: len(whole) // 2])

    assert place.make().new
    assert made.archive.read_bytes() == whole


def test_a_lock_says_what_the_base_is_made_of(place: Place) -> None:
    lock = place.relock().lock

    assert read_lock(place.lock_file.read_bytes()) == lock
    assert lock.source == {"kind": "debian", "suite": "bookworm"}
    for platform, architecture in (("linux/amd64", "amd64"), ("linux/arm64", "arm64")):
        packages = lock.platforms[platform].packages
        assert [p.name for p in packages] == [p.name for p in every_package()]
        assert {p.architecture for p in packages} == {architecture}


def test_a_new_lock_tells_old_and_new_versions(place: Place) -> None:
    place.relock()
    place.mirror.holds(every_package(Packaged("libssl3", "1.0-2")))

    made = place.relock()

    assert made.changes == (
        Change("linux/amd64", "libssl3", "1.0-1", "1.0-2"),
        Change("linux/arm64", "libssl3", "1.0-1", "1.0-2"),
    )


def test_the_newest_of_several_versions_is_locked_in_debians_order(place: Place) -> None:
    versions = [Packaged("libssl3", v) for v in ("3.0.9-1", "3.0.10-1", "3.0.10~rc1-1")]
    place.mirror.holds([*every_package(versions[0]), *versions[1:]])

    (package,) = (
        p for p in place.relock().lock.platforms["linux/amd64"].packages if p.name == "libssl3"
    )
    assert package.version == "3.0.10-1"


def test_packages_of_other_origins_are_no_candidates(place: Place) -> None:
    place.mirror.holds(every_package(), origin="Somebody")

    with pytest.raises(PackageGone, match="Debian bookworm has no base-files"):
        place.relock()


def test_packages_once_fetched_need_no_mirror(place: Place) -> None:
    made = place.relock()
    made.archive.unlink()
    place.mirror.sources.unlink()

    assert place.make().new


def test_a_package_that_rotted_in_the_cache_is_fetched_anew(place: Place) -> None:
    made = place.relock()
    made.archive.unlink()
    for path in (place.cache() / "packages").iterdir():
        path.write_bytes(path.read_bytes()[:100])

    assert place.make().new


def failing(place: Place) -> None:
    """Start from a lock and an empty cache."""
    place.relock("elsewhere")
    place.cache().mkdir()


def check_nothing_left(place: Place) -> None:
    assert place.left() == []


def test_a_version_that_left_the_mirror_is_named_with_the_cure(place: Place) -> None:
    failing(place)
    place.mirror.holds(every_package(Packaged("libssl3", "1.0-2")))

    with pytest.raises(PackageGone, match=r"no longer has libssl3 1\.0-1\. .* --relock"):
        place.make()
    check_nothing_left(place)


def test_another_file_of_a_locked_version_is_refused(place: Place) -> None:
    failing(place)
    other = Packaged("libssl3", files={"./usr/lib/libssl3/file": b"backdoor"})
    place.mirror.holds(every_package(other))

    with pytest.raises(PackageTampered, match="libssl3: the mirror's file"):
        place.make()
    check_nothing_left(place)


def test_a_file_that_is_not_what_the_mirror_lists_is_refused(place: Place) -> None:
    failing(place)
    path = place.mirror.pool(Packaged("libssl3"), "arm64")
    path.write_bytes(path.read_bytes()[:-10])

    with pytest.raises(AptUnusable, match="libssl3"):
        place.make()
    check_nothing_left(place)


def test_a_mirror_out_of_reach_is_said(place: Place) -> None:
    failing(place)
    text = place.mirror.sources.read_text()
    # Nobody listens at port 1.
    place.mirror.sources.write_text(text.replace("file:", "http://127.0.0.1:1"))

    with pytest.raises(AptUnusable, match="apt-get: "):
        place.make()
    check_nothing_left(place)


def test_without_apt_the_cure_is_another_machine_or_a_registry(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(place)
    monkeypatch.setitem(os.environ, "PATH", str(place.folder))

    with pytest.raises(AptUnusable, match=r"apt-config: it is not installed\. .* --from"):
        place.make()
    check_nothing_left(place)


def test_a_base_that_is_not_the_locked_one_is_refused(place: Place) -> None:
    place.relock("elsewhere")
    digest = json.loads(place.lock_file.read_text())["digest"]
    place.edit_lock(digest, f"sha256:{'0' * 64}")

    with pytest.raises(BaseDiffers, match="is not sha256:0000"):
        place.make()
    check_nothing_left(place)


def test_without_a_lock_the_cure_is_to_write_one(place: Place) -> None:
    with pytest.raises(BaseLockUnreadable, match="--relock"):
        place.make()


@pytest.mark.parametrize(
    "broken, error",
    [
        pytest.param(
            Packaged("libssl3", depends="libnew1 (>= 2)"),
            PackagesIncomplete,
            id="a package that needs another than before",
        ),
        pytest.param(
            Packaged("libssl3", files={"./usr/lib/libc6/file": b"another"}),
            PackageTampered,
            id="a package with the path of another",
        ),
    ],
)
def test_what_makes_no_base_leaves_the_lock_as_it_was(
    place: Place, broken: Packaged, error: type[BaseError]
) -> None:
    place.relock()
    before, left = place.lock_file.read_bytes(), place.left()
    place.mirror.holds(every_package(broken))

    with pytest.raises(error):
        place.relock()

    assert place.lock_file.read_bytes() == before
    assert place.left() == left


MAKE = """
import sys
from pathlib import Path
from mooring.delivery.base.errors import BaseUnwritable
from mooring.delivery.base.make import Wishes, make_base

try:
    make_base(Path(sys.argv[1]), Path(sys.argv[2]), Wishes(), print)
except BaseUnwritable as error:
    sys.exit(str(error))
"""


def test_a_disk_that_takes_no_more_leaves_nothing_half_written(place: Place) -> None:
    place.mirror.holds(every_package(LARGE))
    made = place.relock()
    made.archive.unlink()

    done = subprocess.run(
        [sys.executable, "-c", MAKE, str(place.lock_file), str(place.cache())],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096)),
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert "files may not get this large" in done.stderr
    assert "MOORING_CACHE" in done.stderr
    assert place.left() == []


def test_what_a_killed_maker_left_is_swept(place: Place) -> None:
    stale = place.cache() / f"{ASIDE}0123"
    stale.mkdir(parents=True)
    os.utime(stale, (0, 0))

    place.relock()

    assert not stale.exists()
