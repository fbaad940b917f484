"""A real small image for two platforms, for the tests of this package and of those above it."""

from __future__ import annotations

from pathlib import Path

from mooring.delivery.oci.documents import Runtime, config_of
from mooring.delivery.oci.entries import Entry
from mooring.delivery.oci.layer import write_layer
from mooring.delivery.oci.layout import PlatformImage, write_archive, write_image

ARCHITECTURES = ("amd64", "arm64")


def small_layout(folder: Path, *, name: str = "small", text: bytes = b"text") -> str:
    """Write an image of two layers and two platforms; returns its digest."""
    shared = write_layer([Entry("opt/shared.txt", content=text)], folder, title="code")
    images = []
    for architecture in ARCHITECTURES:
        own = write_layer([Entry("etc/arch", content=architecture.encode())], folder, title="base")
        empty = {"architecture": architecture, "os": "linux", "rootfs": {"diff_ids": []}}
        runtime = Runtime(("python3.11",), {"NAME": name})
        images.append(PlatformImage(config_of(empty, [own, shared], runtime), [], [own, shared]))
    return write_image(folder, name, images)


def small_archive(folder: Path, *, name: str = "small", text: bytes = b"text") -> Path:
    """The same as an archive, `<folder>/<name>.tar`."""
    layout = folder / f"{name}-layout"
    small_layout(layout, name=name, text=text)
    write_archive(layout, folder / f"{name}.tar")
    return folder / f"{name}.tar"
