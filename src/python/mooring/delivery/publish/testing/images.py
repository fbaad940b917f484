"""Small real images of two platforms, made in a moment: equal arguments give equal bytes."""

from __future__ import annotations

import random
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from mooring.delivery.oci.archive import ImageArchive
from mooring.delivery.oci.documents import Runtime, config_of
from mooring.delivery.oci.entries import Entry
from mooring.delivery.oci.layer import LAYER_TYPE, Layer, write_layer
from mooring.delivery.oci.layout import PlatformImage, write_archive, write_image
from mooring.delivery.publish.archives import BASE_LABEL

BASE_DIGEST = f"sha256:{'ba5e' * 16}"
ARCHITECTURES = ("amd64", "arm64")
LAYER_BYTES = 20_000


def write_small_image(
    archive: Path,
    name: str = "gateway",
    *,
    code: str = "first",
    layers: Mapping[str, int] | None = None,
) -> ImageArchive:
    """Write an image archive; `code` is in its layer of code, `layers` says how many bytes others
    of its layers hold. The base and the libraries are the same for every image.
    """
    archive.parent.mkdir(parents=True, exist_ok=True)
    sizes = layers or {"libraries": LAYER_BYTES}
    with TemporaryDirectory() as folder:
        layout = Path(folder)
        images = [_platform(layout, each, code, sizes) for each in ARCHITECTURES]
        write_image(layout, name, images)
        write_archive(layout, archive)
    return ImageArchive(archive)


def _platform(
    layout: Path, architecture: str, code: str, sizes: Mapping[str, int]
) -> PlatformImage:
    base = _layer(layout, "", architecture, LAYER_BYTES)
    above = [_layer(layout, title, architecture, size) for title, size in sizes.items()]
    above.append(write_layer([Entry("code.py", content=code.encode())], layout, title="code"))
    system = {"os": "linux", "architecture": architecture, "rootfs": {"diff_ids": [base.diff_id]}}
    runtime = Runtime(("python3.11", "-m", "server"), {}, labels={BASE_LABEL: BASE_DIGEST})
    below = {"mediaType": LAYER_TYPE, "digest": base.digest, "size": base.size}
    return PlatformImage(config_of(system, above, runtime), [below], above)


def _layer(layout: Path, title: str, architecture: str, size: int) -> Layer:
    """Bytes that do not compress, so that a layer is as large as it says."""
    content = random.Random(f"{title}{architecture}").randbytes(size)
    entry = Entry(f"{title or 'base'}/{architecture}.bin", content=content)
    return write_layer([entry], layout, title=title, platform=f"linux/{architecture}")
