"""Bases small enough to be made in a moment, and archives that somebody spoilt."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from mooring.delivery.base.lock import BaseLock, Package, PlatformLock
from mooring.delivery.oci.archive import open_archive
from mooring.delivery.oci.documents import EPOCH
from mooring.delivery.oci.entries import Entry
from mooring.delivery.oci.layer import write_layer
from mooring.delivery.oci.layout import PlatformImage, write_archive, write_image

PLATFORMS = ("linux/amd64", "linux/arm64")

# What a distroless image tells of its packages.
STATUS = "Package: libc6\nVersion: 2.36-9\nArchitecture: {}\nDescription: C library\n"


def write_base(path: Path, *, content: bytes = b"", packages: Sequence[Package] = ()) -> BaseLock:
    """Write the archive of a base with one file of `content`, and give its lock."""
    with TemporaryDirectory(dir=path.parent) as folder:
        layout = Path(folder) / "layout"
        write_image(layout, "base", [_image(layout, p, content) for p in PLATFORMS])
        write_archive(layout, path)
    archive = open_archive(path)
    platforms = {p.platform: PlatformLock(p.digest, tuple(packages)) for p in archive.platforms}
    size = sum(entry["size"] for entry in archive.descriptors())
    return BaseLock(archive.digest, size, {"kind": "debian", "suite": "bookworm"}, platforms)


def _image(layout: Path, platform: str, content: bytes) -> PlatformImage:
    system, architecture = platform.split("/")
    status = STATUS.format(architecture).encode()
    files = [
        Entry("opt/file", content=content),
        Entry("var/lib/dpkg/status.d/libc6", content=status),
    ]
    layer = write_layer(files, layout, title="", platform=platform)
    config = {
        "architecture": architecture,
        "os": system,
        "created": EPOCH,
        "config": {"Env": ["PATH=/usr/bin"]},
        "rootfs": {"type": "layers", "diff_ids": [layer.diff_id]},
        "history": [{"created": EPOCH}],
    }
    return PlatformImage(config, [], [layer])


def contents_of(path: Path) -> dict[str, bytes]:
    """The files of a tar archive by name."""
    with tarfile.open(path) as archive:
        files = {member.name: archive.extractfile(member) for member in archive}
        return {name: file.read() for name, file in files.items() if file}


def write_tar(path: Path, files: Mapping[str, bytes]) -> Path:
    """Write a tar archive of these files."""
    with tarfile.open(path, "w") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path
