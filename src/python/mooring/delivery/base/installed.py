"""Which Debian packages an image has, by what dpkg or a distroless image writes down in it."""

from __future__ import annotations

import re
import tarfile
from collections.abc import Callable, Iterator
from typing import IO, cast

from mooring.delivery.base.lock import Package
from mooring.delivery.oci.archive import ImageArchive, PlatformManifest
from mooring.delivery.oci.blobs import blob_path
from mooring.delivery.oci.errors import ImageUnreadable

_STATUS = "var/lib/dpkg/status"
_RELEASES = ("etc/os-release", "usr/lib/os-release")
_FIELD = re.compile(r"^([A-Za-z-]+): (.*)$", re.MULTILINE)
_SETTING = re.compile(r'^(ID|VERSION_ID)="?([^"\n]*)"?$', re.MULTILINE)


def installed_packages(archive: ImageArchive, platform: PlatformManifest) -> tuple[Package, ...]:
    """The packages that a platform's files tell of; none where they tell of none.

    Raises ImageUnreadable.
    """
    told = _told(archive, platform, _is_status)
    paragraphs = [p for text in told.values() for p in text.split("\n\n")]
    return tuple(sorted(filter(None, map(_package, paragraphs))))


def distribution_in(archive: ImageArchive, platform: PlatformManifest) -> str:
    """Name and version of the operating system, such as `debian-12`; empty where nothing tells.

    Raises ImageUnreadable.
    """
    told = _told(archive, platform, _RELEASES.__contains__)
    fields = dict(_SETTING.findall("\n".join(told.values())))
    return "-".join(filter(None, (fields.get("ID"), fields.get("VERSION_ID"))))


def _told(
    archive: ImageArchive, platform: PlatformManifest, wanted: Callable[[str], bool]
) -> dict[str, str]:
    """Contents by path; an upper layer's replace a lower one's."""
    found: dict[str, str] = {}
    for descriptor in platform.descriptors:
        with archive.open(blob_path(descriptor["digest"])) as (file, _):
            found |= dict(_texts(cast(IO[bytes], file), descriptor["digest"], wanted))
    return found


def _texts(
    layer: IO[bytes], digest: str, wanted: Callable[[str], bool]
) -> Iterator[tuple[str, str]]:
    try:
        with tarfile.open(fileobj=layer, mode="r|*") as files:
            for member in files:
                path = member.name.removeprefix("./")
                if member.isfile() and wanted(path):
                    yield path, cast(IO[bytes], files.extractfile(member)).read().decode()
    except tarfile.TarError:
        raise ImageUnreadable(
            "a layer is no tar archive, or compressed in a way that Docker 20.10 cannot read",
            place=digest,
            cure="Choose another image.",
        ) from None


def _is_status(path: str) -> bool:
    inside = path.startswith(f"{_STATUS}.d/") and not path.endswith(".md5sums")
    return path == _STATUS or inside


def _package(paragraph: str) -> Package | None:
    fields = dict(_FIELD.findall(paragraph))
    # Removed packages stay in dpkg's status with their configuration.
    if "Package" not in fields or not fields.get("Status", " installed").endswith(" installed"):
        return None
    return Package(fields["Package"], fields["Version"], fields["Architecture"])
