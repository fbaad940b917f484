"""Writing an image: an OCI layout on disk, that `docker load` reads as well."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mooring.delivery.oci.blobs import blob_path, write_blob
from mooring.delivery.oci.documents import (
    CONFIG_TYPE,
    INDEX_TYPE,
    LOADED_AS,
    MANIFEST_TYPE,
    REF_NAME,
    TITLE,
    Document,
    blob_of,
    index_of,
    manifest_of,
    platform_of,
    tag_of,
)
from mooring.delivery.oci.layer import Layer

REPOSITORY = "mooring"
# The platform that gets the plain tag when Docker loads an archive; the others carry their name.
LOADED_AS_TAG = "amd64"


@dataclass(frozen=True)
class PlatformImage:
    """What one platform's manifest is made of: its configuration, the base's layer descriptors,
    and our layers above them. The layers' blobs lie in the layout already.
    """

    config: Document
    base: Sequence[Document]
    layers: Sequence[Layer]


def write_image(
    layout: Path,
    name: str,
    images: Sequence[PlatformImage],
    annotations: Mapping[str, str] = {},
) -> str:
    """Complete the layout of the image `name`; returns the digest by which it is known.

    `annotations` become part of the index, hence of its digest.
    """
    manifests = [_write_manifest(layout, image) for image in images]
    index = blob_of(index_of(manifests, annotations), INDEX_TYPE)
    write_blob(layout, index.content)
    tag = tag_of(index.digest)
    loaded_as = f"docker.io/{REPOSITORY}/{name}:{tag}"
    entry = index.descriptor(annotations={REF_NAME: tag, TITLE: name, LOADED_AS: loaded_as})
    _write_json(layout / "index.json", index_of([entry]))
    _write_json(layout / "oci-layout", {"imageLayoutVersion": "1.0.0"})
    _write_json(layout / "manifest.json", _for_docker(images, name, tag))
    return index.digest


def _write_manifest(layout: Path, image: PlatformImage) -> Document:
    config = blob_of(image.config, CONFIG_TYPE)
    manifest = blob_of(manifest_of(config, image.base, image.layers), MANIFEST_TYPE)
    for blob in (config, manifest):
        write_blob(layout, blob.content)
    return manifest.descriptor(platform=platform_of(image.config))


def _for_docker(images: Sequence[PlatformImage], name: str, tag: str) -> list[Document]:
    return [
        {
            "Config": blob_path(blob_of(image.config, CONFIG_TYPE).digest),
            "RepoTags": [_repo_tag(image.config["architecture"], name, tag)],
            "Layers": [blob_path(digest) for digest in _layer_digests(image)],
        }
        for image in images
    ]


def _repo_tag(architecture: str, name: str, tag: str) -> str:
    return f"{REPOSITORY}/{name}:{tag}" + (
        "" if architecture == LOADED_AS_TAG else f"-{architecture}"
    )


def _layer_digests(image: PlatformImage) -> list[str]:
    return [*(each["digest"] for each in image.base), *(layer.digest for layer in image.layers)]


def _write_json(path: Path, document: object) -> None:
    path.write_text(json.dumps(document, sort_keys=True, separators=(",", ":")))


def write_archive(layout: Path, archive: Path) -> None:
    """Pack a layout into one tar, the same bytes for the same layout; whole or not at all."""
    partial = archive.with_name(f"{archive.name}.partial")
    try:
        with tarfile.open(partial, "w", format=tarfile.PAX_FORMAT) as tar:
            for path in sorted(each for each in layout.rglob("*") if each.is_file()):
                info = tarfile.TarInfo(path.relative_to(layout).as_posix())
                info.size = path.stat().st_size
                with path.open("rb") as file:
                    tar.addfile(info, file)
        partial.rename(archive)
    finally:
        partial.unlink(missing_ok=True)
