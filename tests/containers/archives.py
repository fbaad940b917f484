"""The image archives under test, as the build writes them."""

from __future__ import annotations

from pathlib import Path

from mooring.delivery.oci.archive import ImageArchive, open_archive

GATEWAY = "src.python.mooring.gateway/image.tar"
SERVICE = "models.flight_delay/image.tar"


def image_archive(place: str) -> ImageArchive:
    """From the test's sandbox; outside of Pants from `dist/`, where `./pants package` puts it."""
    beside = Path(place).absolute()
    return open_archive(beside if beside.exists() else Path("dist", place).absolute())


def tag_of(archive: ImageArchive, architecture: str = "amd64") -> str:
    """The name under which an engine finds it once it is loaded."""
    suffix = "" if architecture == "amd64" else f"-{architecture}"
    return f"mooring/{archive.name}:{archive.tag}{suffix}"


def engine_name(archive: ImageArchive) -> str:
    """The same in full, as engines write it that know several registries."""
    return f"docker.io/{tag_of(archive)}"
