"""The images that Pants built for a test, and the files in them."""

from __future__ import annotations

import gzip
import tarfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import IO, cast

from mooring.delivery.oci.archive import ImageArchive, PlatformManifest, open_archive
from mooring.delivery.oci.blobs import blob_path
from mooring.delivery.oci.layer import Layer

ARCHIVES = {
    "gateway": Path("src.python.mooring.gateway/image.tar"),
    "monitor": Path("src.python.mooring.monitor/image.tar"),
    "flight_delay": Path("models.flight_delay/image.tar"),
    "flight_time": Path("models.flight_time/image.tar"),
}
# Trains, and answers nobody's requests: it may hold what those must not.
JOBS = {"trainer": Path("src.python.mooring.trainer/image.tar")}
PLATFORMS = ("linux/amd64", "linux/arm64")


@cache
def image(name: str) -> ImageArchive:
    """The archive of the image `name`, checked whole."""
    archive = open_archive((ARCHIVES | JOBS)[name])
    archive.check()
    return archive


def manifest(name: str, platform: str) -> PlatformManifest:
    """One platform of an image."""
    return next(each for each in image(name).platforms if each.platform == platform)


def members(name: str, layer: Layer) -> Iterator[tarfile.TarInfo]:
    """What a layer of the image `name` holds, in its order."""
    with (
        image(name).open(blob_path(layer.digest)) as (blob, _),
        tarfile.open(fileobj=gzip.GzipFile(fileobj=cast(IO[bytes], blob)), mode="r|") as tar,
    ):
        yield from tar


@cache
def files(name: str, platform: str, title: str = "") -> tuple[str, ...]:
    """Paths of the files and links in an image, or in its layers of that title."""
    layers = [each for each in manifest(name, platform).layers if not title or each.title == title]
    return tuple(m.name for layer in layers for m in members(name, layer) if not m.isdir())


def unpack(name: str, platform: str, into: Path) -> Path:
    """Unpack what lies above the base."""
    for layer in manifest(name, platform).layers:
        if layer.title:
            with (
                image(name).open(blob_path(layer.digest)) as (blob, _),
                tarfile.open(
                    fileobj=gzip.GzipFile(fileobj=cast(IO[bytes], blob)), mode="r|"
                ) as tar,
            ):
                tar.extractall(into, filter="data")
    return into
