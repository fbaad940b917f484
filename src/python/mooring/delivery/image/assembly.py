"""The image: a base, layers on it, and how its container starts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mooring.delivery.image.layers import described_layers
from mooring.delivery.oci.blobs import BLOBS, blob_path
from mooring.delivery.oci.documents import Document, Runtime, config_of
from mooring.delivery.oci.errors import ImageUnbuildable
from mooring.delivery.oci.layer import Layer
from mooring.delivery.oci.layout import PlatformImage, write_image

BASE_DIGEST = "org.opencontainers.image.base.digest"
TITLE = "org.opencontainers.image.title"


@dataclass(frozen=True)
class Base:
    """A base image as a layout on disk: its index digest and its manifests."""

    layout: Path
    digest: str
    manifests: tuple[Document, ...]

    def document(self, digest: str) -> Document:
        """One of its JSON blobs."""
        return dict(json.loads((self.layout / blob_path(digest)).read_bytes()))


def read_base(layout: Path) -> Base:
    """The base in an OCI layout whose blobs have been verified."""
    (entry,) = json.loads((layout / "index.json").read_bytes())["manifests"]
    index = json.loads((layout / blob_path(entry["digest"])).read_bytes())
    return Base(layout, entry["digest"], tuple(index["manifests"]))


def assemble(name: str, base: Base, folders: Sequence[Path], runtime: Runtime, into: Path) -> str:
    """Write the image of the layers in `folders`, bottom to top, on `base`, for every platform of
    the base; returns its digest. Raises ImageUnbuildable.
    """
    layers = [layer for folder in folders for layer in described_layers(folder)]
    for folder in (base.layout, *folders):
        _link_blobs(folder, into)
    labels: Mapping[str, str] = {TITLE: name, BASE_DIGEST: base.digest, **runtime.labels}
    labelled = replace(runtime, labels=labels)
    images = [_platform_image(base, entry, layers, labelled) for entry in base.manifests]
    digest = write_image(into, name, images, {BASE_DIGEST: base.digest})
    _drop_unnamed(into, base)
    return digest


def _platform_image(
    base: Base, entry: Document, layers: Sequence[Layer], runtime: Runtime
) -> PlatformImage:
    manifest = base.document(entry["digest"])
    config = base.document(manifest["config"]["digest"])
    platform = f"{config['os']}/{config['architecture']}"
    chosen = [layer for layer in layers if layer.platform in ("", platform)]
    titles = {layer.title for layer in layers}
    if missing := titles - {layer.title for layer in chosen}:
        raise ImageUnbuildable(
            f"the base has this platform, the layer {', '.join(sorted(missing))} has not",
            place=platform,
            cure="Make the layer for it too, or take the platform out of the base.",
        )
    return PlatformImage(config_of(config, chosen, runtime), manifest["layers"], chosen)


def _link_blobs(folder: Path, into: Path) -> None:
    """Symbolic links: the archive is what holds the bytes in the end."""
    (into / BLOBS).mkdir(parents=True, exist_ok=True)
    for blob in sorted((folder / BLOBS).iterdir()):
        link = into / BLOBS / blob.name
        if not link.exists():
            link.symlink_to(blob.resolve())


def _drop_unnamed(into: Path, base: Base) -> None:
    """The base's own manifests and configurations are no part of the image."""
    for entry in (*base.manifests, {"digest": base.digest}):
        document = base.document(entry["digest"])
        for digest in (entry["digest"], document.get("config", {}).get("digest")):
            if digest:
                (into / blob_path(digest)).unlink(missing_ok=True)
