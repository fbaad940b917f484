"""Debian packages, read without dpkg: an `ar` of a control archive and a data archive (deb(5)).

Nothing in them is run.
"""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from lzma import LZMAError
from pathlib import PurePosixPath
from typing import IO, cast

from mooring.delivery.base.errors import PackageTampered
from mooring.delivery.oci.entries import FILE_MODE, PROGRAM_MODE, Entry

# Folders that merged-/usr systems have as links; packages of bookworm still name both.
MERGED = ("bin", "lib", "lib64", "sbin")

_MAGIC = b"!<arch>\n"
_HEADER = 60
_UNREADABLE = (tarfile.TarError, LZMAError, EOFError, OSError, ValueError, KeyError)


@dataclass(frozen=True)
class Deb:
    """A package: the paragraph that describes it, and its files and links, without folders."""

    control: str
    entries: tuple[Entry, ...]

    def field(self, name: str) -> str:
        """A field of the control paragraph; empty where it is missing."""
        prefix = f"{name}: "
        lines = (line for line in self.control.splitlines() if line.startswith(prefix))
        return next(lines, prefix)[len(prefix) :]


def read_deb(content: bytes, *, place: str) -> Deb:
    """Read a .deb; raises PackageTampered when it is none, or cut short."""
    try:
        parts = dict(_members(content))
        with _tar(parts, "control.tar") as archive:
            control = cast(IO[bytes], archive.extractfile("./control")).read().decode()
        with _tar(parts, "data.tar") as archive:
            return Deb(control, tuple(_entries(archive)))
    except _UNREADABLE:
        raise PackageTampered(
            "it is cut short, or no Debian package", place=place, cure="Fetch it again."
        ) from None


def _members(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Names and contents of an `ar` archive."""
    if not content.startswith(_MAGIC):
        raise ValueError("no ar archive")
    at = len(_MAGIC)
    while at < len(content):
        header = content[at : at + _HEADER]
        size = int(header[48:58])
        at += _HEADER
        if header[58:] != b"`\n" or at + size > len(content):
            raise ValueError("cut short")
        yield header[:16].decode().rstrip(" /"), content[at : at + size]
        at += size + size % 2


def _tar(parts: dict[str, bytes], stem: str) -> tarfile.TarFile:
    name = next((name for name in parts if name.startswith(stem)), stem)
    return tarfile.open(fileobj=io.BytesIO(parts[name]), mode="r:*")


def _entries(archive: tarfile.TarFile) -> Iterator[Entry]:
    for member in archive:
        if not member.isdir():
            yield _entry(archive, member)


def _entry(archive: tarfile.TarFile, member: tarfile.TarInfo) -> Entry:
    """A hard link becomes a second copy; owner, time and set-id bits are left behind."""
    path = merged_path(member.name)
    if member.issym():
        return Entry(path, "link", 0o777, target=member.linkname)
    file = archive.extractfile(member)
    if file is None:
        raise ValueError("a device or a socket")
    mode = PROGRAM_MODE if member.mode & 0o100 else FILE_MODE
    return Entry(path, "file", mode, file.read())


def merged_path(name: str) -> str:
    """Where a packaged path lies in a system with merged /usr.

    >>> merged_path("./lib/x86_64-linux-gnu/libc.so.6")
    'usr/lib/x86_64-linux-gnu/libc.so.6'
    """
    parts = PurePosixPath(name).parts
    if ".." in parts or name.startswith("/"):
        raise ValueError("a path that leads out of the package")
    return str(PurePosixPath("usr" if parts[0] in MERGED else "", *parts))
