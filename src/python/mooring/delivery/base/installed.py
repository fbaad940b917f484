"""Which Debian packages an image has, by what dpkg or a distroless image writes down in it."""

from __future__ import annotations

import re
import tarfile
from collections.abc import Iterator
from typing import IO, cast

from mooring.delivery.base.lock import Package
from mooring.delivery.oci.archive import ImageArchive, PlatformManifest
from mooring.delivery.oci.blobs import blob_path
from mooring.delivery.oci.errors import ImageUnreadable

_STATUS = "var/lib/dpkg/status"
_FIELD = re.compile(r"^([A-Za-z-]+): (.*)$", re.MULTILINE)


def installed_packages(archive: ImageArchive, platform: PlatformManifest) -> tuple[Package, ...]:
    """The packages that a platform's files tell of; none where they tell of none.

    Raises ImageUnreadable.
    """
    found: dict[str, str] = {}
    for descriptor in platform.descriptors:
        with archive.open(blob_path(descriptor["digest"])) as (file, _):
            found |= dict(_statuses(cast(IO[bytes], file), descriptor["digest"]))
    paragraphs = [p for text in found.values() for p in text.split("\n\n")]
    return tuple(sorted(filter(None, map(_package, paragraphs))))


def _statuses(layer: IO[bytes], digest: str) -> Iterator[tuple[str, str]]:
    """Paths and contents of dpkg's records in a layer; an upper layer's replace a lower one's."""
    try:
        with tarfile.open(fileobj=layer, mode="r|*") as files:
            for member in filter(_is_status, files):
                text = cast(IO[bytes], files.extractfile(member)).read().decode()
                yield member.name.removeprefix("./"), text
    except tarfile.TarError:
        raise ImageUnreadable(
            "a layer is no tar archive, or compressed in a way that Docker 20.10 cannot read",
            place=digest,
            cure="Choose another image.",
        ) from None


def _is_status(member: tarfile.TarInfo) -> bool:
    path = member.name.removeprefix("./")
    told = path == _STATUS or path.startswith(f"{_STATUS}.d/")
    return told and member.isfile() and not path.endswith(".md5sums")


def _package(paragraph: str) -> Package | None:
    fields = dict(_FIELD.findall(paragraph))
    # Removed packages stay in dpkg's status with their configuration.
    if "Package" not in fields or not fields.get("Status", " installed").endswith(" installed"):
        return None
    return Package(fields["Package"], fields["Version"], fields["Architecture"])
