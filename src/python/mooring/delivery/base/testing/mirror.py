"""Debian packages made in a moment, and a mirror of them that apt reads from a folder."""

from __future__ import annotations

import hashlib
import io
import shutil
import tarfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, cast

import pytest

from mooring.delivery.base.packages import LEFT_OUT, PACKAGES, PLATFORMS, SUITE

ARCHITECTURES = tuple(PLATFORMS.values())


@dataclass(frozen=True)
class Made:
    """A package to be: `files` by packaged path, `links` from path to target."""

    name: str
    version: str = "1.0-1"
    depends: str = ""
    files: Mapping[str, bytes] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    modes: Mapping[str, int] = field(default_factory=dict)

    def control(self, architecture: str) -> str:
        """The paragraph that describes it."""
        depends = f"Depends: {self.depends}\n" if self.depends else ""
        return (
            f"Package: {self.name}\nVersion: {self.version}\nArchitecture: {architecture}\n"
            f"Maintainer: Nobody <nobody@example.org>\n{depends}Description: a package of a test\n"
        )

    def deb(self, architecture: str = "amd64", compression: str = "xz") -> bytes:
        """The package as a file."""
        control = packed({"./control": self.control(architecture).encode()}, compression)
        data = packed(self.files, compression, self.links, self.modes)
        return ar(
            {
                "debian-binary": b"2.0\n",
                f"control.tar.{compression}": control,
                f"data.tar.{compression}": data,
            }
        )


def ar(members: Mapping[str, bytes]) -> bytes:
    """An `ar` archive."""
    parts = [b"!<arch>\n"]
    for name, content in members.items():
        header = f"{name:<16}{0:<12}{0:<6}{0:<6}{'100644':<8}{len(content):<10}`\n"
        parts += [header.encode(), content, b"\n" * (len(content) % 2)]
    return b"".join(parts)


def packed(
    files: Mapping[str, bytes],
    compression: str = "xz",
    links: Mapping[str, str] | None = None,
    modes: Mapping[str, int] | None = None,
) -> bytes:
    """A compressed tar of files and symbolic links, with the folders that lead to them."""
    buffer = io.BytesIO()
    mode = cast(Literal["w:xz", "w:gz"], f"w:{compression}")
    with tarfile.open(fileobj=buffer, mode=mode) as archive:
        _add(archive, tarfile.TarInfo("./"), tarfile.DIRTYPE)
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size, member.uname, member.mtime = len(content), "builder", 1
            member.mode = (modes or {}).get(name, 0o644)
            archive.addfile(member, io.BytesIO(content))
        for name, target in (links or {}).items():
            member = tarfile.TarInfo(name)
            member.linkname = target
            _add(archive, member, tarfile.SYMTYPE)
    return buffer.getvalue()


def _add(archive: tarfile.TarFile, member: tarfile.TarInfo, kind: bytes) -> None:
    member.type = kind
    archive.addfile(member)


def every_package(*others: Made, version: str = "1.0-1") -> list[Made]:
    """One of each package that a base is made of; `others` stand for those of their names."""
    given = {made.name: made for made in others}
    return [given.get(n, Made(n, version, "libc6, awk", _files(n, version))) for n in PACKAGES]


def _files(name: str, version: str) -> dict[str, bytes]:
    return {
        f"./usr/lib/{name}/file": f"{name} {version}".encode(),
        f"./usr/share/doc/{name}/copyright": b"Everybody may.",
        f"./usr/share/doc/{name}/changelog.gz": b"news",
    }


@dataclass(frozen=True)
class Mirror:
    """A mirror in a folder: `sources` is what apt is told of it."""

    folder: Path

    @property
    def sources(self) -> Path:
        """A file for `--sources`."""
        return self.folder / "debian.sources"

    def holds(self, packages: Iterable[Made], *, origin: str = "Debian") -> Mirror:
        """Replace what it has, as if it all came from `origin`."""
        shutil.rmtree(self.folder, ignore_errors=True)
        packages = list(packages)
        dist = self.folder / "dists" / SUITE
        for architecture in ARCHITECTURES:
            index = dist / "main" / f"binary-{architecture}" / "Packages"
            index.parent.mkdir(parents=True)
            index.write_text("\n".join(self._add(made, architecture) for made in packages))
        (dist / "Release").write_text(_release(dist, origin))
        self.sources.write_text(
            f"Types: deb\nURIs: file:{self.folder}\nSuites: {SUITE}\n"
            "Components: main\nTrusted: yes\n"
        )
        return self

    def pool(self, made: Made, architecture: str) -> Path:
        """Where the file of a package lies."""
        return self.folder / f"{made.name}_{made.version}_{architecture}.deb"

    def _add(self, made: Made, architecture: str) -> str:
        """Put a package into the pool; gives its paragraph for the list."""
        content = made.deb(architecture)
        path = self.pool(made, architecture)
        path.write_bytes(content)
        told = {"Filename": path.name, "Size": len(content), "SHA256": _sha256(content)}
        return made.control(architecture) + "".join(f"{k}: {v}\n" for k, v in told.items())


def _release(dist: Path, origin: str) -> str:
    paths: Sequence[Path] = sorted(dist.glob("main/*/Packages"))
    hashes = [
        f" {_sha256(p.read_bytes())} {p.stat().st_size} {p.relative_to(dist)}\n" for p in paths
    ]
    return (
        f"Origin: {origin}\nSuite: oldstable\nCodename: {SUITE}\nComponents: main\n"
        f"Architectures: {' '.join(ARCHITECTURES)}\nDate: Sat, 01 Jan 2022 00:00:00 UTC\nSHA256:\n"
        + "".join(hashes)
    )


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def needs_apt() -> None:
    """Skip the test where there is no apt."""
    if shutil.which("apt-get") is None:
        pytest.skip("apt is not installed: a base is built on Debian and Ubuntu")


def left_out() -> str:
    """A dependency that no base gets."""
    return min(LEFT_OUT)
