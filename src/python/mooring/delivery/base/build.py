"""From packages to an OCI layout with one layer a platform: same packages, same bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from mooring.delivery.base.bytecode import compiled, host_platform, write_tree
from mooring.delivery.base.deb import Deb
from mooring.delivery.base.filesystem import USER_ID, filesystem_of
from mooring.delivery.base.packages import PLATFORMS, SUITE
from mooring.delivery.oci.documents import EPOCH, Document
from mooring.delivery.oci.entries import Entry
from mooring.delivery.oci.layer import Layer, write_layer
from mooring.delivery.oci.layout import PlatformImage, write_image

NAME = "base"

_ENV = ("LANG=C.UTF-8", "PATH=/usr/local/bin:/usr/bin:/bin")


def build_layout(debs: Mapping[str, Sequence[Deb]], work: Path) -> Path:
    """Write the layout of a base with these packages, by platform, into the empty folder `work`.

    Raises PackageTampered, InterpreterUnusable.
    """
    files = {platform: filesystem_of(debs[platform]) for platform in sorted(debs)}
    interpreter = write_tree(files[host_platform()], work / "interpreter")
    layout = work / "layout"
    images = []
    for platform, entries in files.items():
        pycs = compiled(entries, interpreter, work / PLATFORMS[platform])
        images.append(_image(platform, [*entries, *pycs], layout))
    write_image(layout, NAME, images)
    return layout


def _image(platform: str, entries: Sequence[Entry], layout: Path) -> PlatformImage:
    layer = write_layer(entries, layout, title="", platform=platform)
    return PlatformImage(_config(platform, layer), [], [layer])


def _config(platform: str, layer: Layer) -> Document:
    system, architecture = platform.split("/")
    return {
        "architecture": architecture,
        "os": system,
        "created": EPOCH,
        "config": {"User": f"{USER_ID}:{USER_ID}", "Env": list(_ENV), "Cmd": ["python3.11"]},
        "rootfs": {"type": "layers", "diff_ids": [layer.diff_id]},
        "history": [{"created": EPOCH, "created_by": f"mooring: packages of Debian {SUITE}"}],
    }
