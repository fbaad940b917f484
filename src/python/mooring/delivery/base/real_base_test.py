"""The locked base itself, from the cache: what is in it, and on this machine's platform that it
runs. Both platforms are looked at; arm64 is not executed on amd64, nor the other way round.
"""

from __future__ import annotations

import importlib.util
import io
import os
import subprocess
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

import pytest

from mooring.delivery.base.bytecode import LIBRARY, host_platform
from mooring.delivery.base.errors import BaseMissing, InterpreterUnusable
from mooring.delivery.base.installed import installed_packages
from mooring.delivery.base.lock import BaseLock, read_lock
from mooring.delivery.base.locked import base_cache, locked_base
from mooring.delivery.base.packages import PLATFORMS
from mooring.delivery.base.testing.elf import Elf, read_elf
from mooring.delivery.oci.archive import ImageArchive, PlatformManifest, open_archive
from mooring.delivery.oci.blobs import blob_path

LOCK = Path("deploy/base.lock.json")
# Compressed; 16.5 MB when it was made.
LARGEST = 20_000_000

TRIPLETS = {"linux/amd64": "x86_64-linux-gnu", "linux/arm64": "aarch64-linux-gnu"}


@dataclass(frozen=True)
class Unpacked:
    """One platform of the base, read from its layer."""

    archive: ImageArchive
    manifest: PlatformManifest

    @property
    def architecture(self) -> str:
        return PLATFORMS[self.manifest.platform]

    @cached_property
    def members(self) -> Mapping[str, tarfile.TarInfo]:
        return {member.name: member for member, _ in self._read()}

    @cached_property
    def contents(self) -> Mapping[str, bytes]:
        return {member.name: content for member, content in self._read() if member.isfile()}

    @cached_property
    def elves(self) -> Mapping[str, Elf]:
        found = {path: read_elf(content) for path, content in self.contents.items()}
        return {path: elf for path, elf in found.items() if elf}

    def _read(self) -> Iterator[tuple[tarfile.TarInfo, bytes]]:
        with self.layer() as files:
            for member in files:
                file = files.extractfile(member) if member.isfile() else None
                yield member, file.read() if file else b""

    def layer(self) -> tarfile.TarFile:
        (descriptor,) = self.manifest.descriptors
        with self.archive.open(blob_path(descriptor["digest"])) as (blob, _):
            return tarfile.open(fileobj=io.BytesIO(blob.read()))

    def resolve(self, path: str) -> str:
        """Where a path leads, links followed, without leaving the image."""
        done = PurePosixPath()
        parts = list(PurePosixPath(path.lstrip("/")).parts)
        for _ in range(100):
            if not parts:
                return str(done)
            part = parts.pop(0)
            done = done.parent if part == ".." else done / part
            member = self.members.get(str(done))
            if member and member.issym():
                target = PurePosixPath(member.linkname)
                done = PurePosixPath() if target.is_absolute() else done.parent
                parts = [p for p in target.parts if p != "/"] + parts
        raise AssertionError(f"links at {path} lead in circles")


@pytest.fixture(scope="module")
def lock() -> BaseLock:
    return read_lock(LOCK.read_bytes())


@pytest.fixture(scope="module")
def archive() -> ImageArchive:
    try:
        return open_archive(locked_base(LOCK.read_text(), base_cache(os.environ)))
    except BaseMissing as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="module", params=PLATFORMS)
def unpacked(request: pytest.FixtureRequest, archive: ImageArchive) -> Unpacked:
    (manifest,) = (p for p in archive.platforms if p.platform == request.param)
    return Unpacked(archive, manifest)


def test_every_program_and_library_is_for_its_platform(unpacked: Unpacked) -> None:
    assert len(unpacked.elves) > 50
    assert {elf.machine for elf in unpacked.elves.values()} == {unpacked.architecture}


def test_every_library_that_is_needed_is_there(unpacked: Unpacked) -> None:
    folder = f"usr/lib/{TRIPLETS[unpacked.manifest.platform]}"
    missing = [
        (path, name)
        for path, elf in unpacked.elves.items()
        for name in elf.needed
        if unpacked.resolve(f"{folder}/{name}") not in unpacked.elves
    ]

    assert missing == []
    assert {elf.rpath for elf in unpacked.elves.values()} == {""}


def test_every_interpreter_that_is_named_is_there(unpacked: Unpacked) -> None:
    named = {elf.interpreter for elf in unpacked.elves.values() if elf.interpreter}

    assert named
    assert {unpacked.resolve(path) for path in named} <= set(unpacked.elves)


def test_python_is_the_only_program(unpacked: Unpacked) -> None:
    """No shell, no package manager, no perl, no compiler: not under any name."""
    folders = ("usr/bin/", "usr/sbin/", "usr/local/", "usr/libexec/", "opt/")
    programs = [path for path in unpacked.members if path.startswith(folders)]

    assert programs == ["usr/bin/python3.11"]
    names = {PurePosixPath(p).name for p, m in unpacked.members.items() if not m.isdir()}
    assert names.isdisjoint({"sh", "bash", "dash", "busybox", "perl", "apt", "dpkg", "gcc", "cc"})


def test_nothing_is_executable_but_programs_libraries_and_scripts_of_python(
    unpacked: Unpacked,
) -> None:
    executable = {
        path for path, member in unpacked.members.items() if member.isfile() and member.mode & 0o111
    }
    others = {p for p in executable if p not in unpacked.elves and not p.endswith(".py")}

    assert others == set()


def test_owners_times_and_rights_tell_nothing(unpacked: Unpacked) -> None:
    members = unpacked.members.values()

    assert {(m.uid, m.gid, m.uname, m.gname, m.mtime) for m in members} == {(0, 0, "", "", 0)}
    assert {m.mode for m in members if m.isfile()} == {0o644, 0o755}
    folders = {m.name: m.mode for m in members if m.isdir() and m.mode != 0o755}
    assert folders == {"root": 0o700, "tmp": 0o1777}
    assert all(m.isfile() or m.isdir() or m.issym() for m in members)


def test_every_link_leads_somewhere(unpacked: Unpacked) -> None:
    links = [path for path, member in unpacked.members.items() if member.issym()]
    broken = [path for path in links if unpacked.resolve(path) not in unpacked.members]

    assert broken == []


def test_what_scanners_find_is_what_was_locked(unpacked: Unpacked, lock: BaseLock) -> None:
    locked = lock.platforms[unpacked.manifest.platform].packages

    found = installed_packages(unpacked.archive, unpacked.manifest)
    assert [(p.name, p.version, p.architecture) for p in found] == [
        (p.name, p.version, p.architecture) for p in locked
    ]
    assert all(p.sha256 for p in locked)


def test_every_package_brings_its_licence(unpacked: Unpacked, lock: BaseLock) -> None:
    packages = lock.platforms[unpacked.manifest.platform].packages
    places = {p.name: unpacked.resolve(f"usr/share/doc/{p.name}/copyright") for p in packages}

    assert {name for name, path in places.items() if path not in unpacked.contents} == set()


def test_the_standard_library_is_compiled_without_times(unpacked: Unpacked) -> None:
    sources = {
        path: content
        for path, content in unpacked.contents.items()
        if path.startswith(f"{LIBRARY}/") and path.endswith(".py")
    }
    stale = [
        path for path, content in sources.items() if not _compiled_from(unpacked, path, content)
    ]

    assert len(sources) > 400
    assert stale == []


def _compiled_from(unpacked: Unpacked, path: str, content: bytes) -> bool:
    """Whether the bytecode beside a source is of it, and will not be compared with it (PEP 552)."""
    place = PurePosixPath(path)
    code = unpacked.contents[str(place.parent / "__pycache__" / f"{place.stem}.cpython-311.pyc")]
    return code[4:16] == (1).to_bytes(4, "little") + importlib.util.source_hash(content)


def test_it_is_small(unpacked: Unpacked) -> None:
    assert sum(d["size"] for d in unpacked.manifest.descriptors) < LARGEST


def test_the_lock_names_no_mirror() -> None:
    assert "://" not in LOCK.read_text()


TRIES = """
import sys
import locale
assert locale.setlocale(locale.LC_ALL, "") == "C.UTF-8"
assert sys.getfilesystemencoding() == "utf-8"
import bz2, ctypes, lzma, os, pwd, socket, sqlite3, ssl, tempfile, uuid, zoneinfo
assert len(ssl.create_default_context().get_ca_certs()) > 100
assert sqlite3.connect(":memory:").execute("select 1").fetchone() == (1,)
assert lzma.decompress(lzma.compress(b"x")) == bz2.decompress(bz2.compress(b"x")) == b"x"
assert zoneinfo.ZoneInfo("America/New_York").key
assert [ctypes.CDLL(name) for name in ("libgomp.so.1", "libstdc++.so.6")]
assert pwd.getpwuid(os.getuid()).pw_name == "mooring"
assert socket.getservbyname("https") == 443
assert tempfile.gettempdir() == "/tmp"
assert ssl.__cached__ and os.path.exists(ssl.__cached__)
import importlib
for name in sorted(os.listdir("/usr/lib/python3.11/lib-dynload")):
    importlib.import_module(name.split(".")[0])
print("fine")
"""


@pytest.fixture
def root(tmp_path: Path, archive: ImageArchive) -> Path:
    """This platform's files, unpacked to be a root folder."""
    if os.geteuid() != 0:
        pytest.skip("only root may change its root folder")
    try:
        platform = host_platform()
    except InterpreterUnusable as unusable:
        pytest.skip(str(unusable))
    (manifest,) = (p for p in archive.platforms if p.platform == platform)
    with Unpacked(archive, manifest).layer() as files:
        files.extractall(tmp_path / "root", filter="fully_trusted")
    return tmp_path / "root"


def test_its_python_runs_with_all_its_modules(root: Path) -> None:
    command = ["chroot", "--userspec=65532:65532", str(root), "/usr/bin/python3.11"]
    done = subprocess.run(
        [*command, "-W", "ignore", "-c", TRIES],
        env={"PATH": "/usr/sbin:/usr/bin:/bin", "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.stdout, done.stderr) == ("fine\n", "")
