"""The documents of an OCI image: configuration, manifest, index, and what `docker load` reads.

Each is canonical JSON, so that its digest depends on what it says alone. Formats: OCI image
specification 1.0, which Docker 20.10 reads.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mooring.delivery.oci.blobs import digest_of
from mooring.delivery.oci.layer import LAYER_TITLE, LAYER_TYPE, Layer

CONFIG_TYPE = "application/vnd.oci.image.config.v1+json"
MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json"
INDEX_TYPE = "application/vnd.oci.image.index.v1+json"
REF_NAME = "org.opencontainers.image.ref.name"
TITLE = "org.opencontainers.image.title"
# Under which containerd, Docker on top of it, and podman file an image that they load.
LOADED_AS = "io.containerd.image.name"
# An image says when its content was decided, never when somebody built it.
EPOCH = "1970-01-01T00:00:00Z"

Document = dict[str, Any]


@dataclass(frozen=True)
class Blob:
    """A document with its bytes."""

    content: bytes
    media_type: str

    @property
    def digest(self) -> str:
        """Of the bytes."""
        return digest_of(self.content)

    def descriptor(self, **more: Any) -> Document:
        """How another document refers to this one."""
        size = len(self.content)
        return {"mediaType": self.media_type, "digest": self.digest, "size": size, **more}


def blob_of(document: Mapping[str, Any], media_type: str) -> Blob:
    """The canonical bytes of a document."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return Blob(text.encode(), media_type)


@dataclass(frozen=True)
class Runtime:
    """How a container of the image starts. `env` is added to the base's; `ports` such as `8080`."""

    entrypoint: tuple[str, ...]
    env: Mapping[str, str]
    ports: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    user: str = "65532:65532"
    folder: str = "/"


def config_of(base: Mapping[str, Any], layers: Sequence[Layer], runtime: Runtime) -> Document:
    """The configuration of an image that puts `layers` on `base`, whose configuration is given."""
    above = [layer.diff_id for layer in layers]
    history = [{"created": EPOCH, "created_by": f"mooring: {each.title}"} for each in layers]
    return {
        "architecture": base["architecture"],
        "os": base["os"],
        "created": EPOCH,
        "config": _settings(base.get("config", {}), runtime),
        "rootfs": {"type": "layers", "diff_ids": [*base["rootfs"]["diff_ids"], *above]},
        "history": [*base.get("history", []), *history],
    }


def _settings(base: Mapping[str, Any], runtime: Runtime) -> Document:
    inherited = dict(line.split("=", 1) for line in base.get("Env") or ())
    env = {**inherited, **runtime.env}
    return {
        "User": runtime.user,
        "Env": [f"{name}={value}" for name, value in sorted(env.items())],
        "Entrypoint": list(runtime.entrypoint),
        "ExposedPorts": {f"{port}/tcp": {} for port in runtime.ports},
        "Labels": dict(runtime.labels),
        "StopSignal": "SIGTERM",
        "WorkingDir": runtime.folder,
    }


def manifest_of(config: Blob, base: Sequence[Document], layers: Sequence[Layer]) -> Document:
    """The manifest of one platform; `base` holds the descriptors of the base's layers."""
    return {
        "schemaVersion": 2,
        "mediaType": MANIFEST_TYPE,
        "config": config.descriptor(),
        "layers": [*base, *(_layer_descriptor(layer) for layer in layers)],
    }


def _layer_descriptor(layer: Layer) -> Document:
    where = {"mediaType": LAYER_TYPE, "digest": layer.digest, "size": layer.size}
    return {**where, "annotations": {LAYER_TITLE: layer.title}} if layer.title else where


def index_of(manifests: Sequence[Document], annotations: Mapping[str, str] = {}) -> Document:
    """An image index: several platforms under one digest."""
    index = {"schemaVersion": 2, "mediaType": INDEX_TYPE, "manifests": list(manifests)}
    return {**index, "annotations": dict(annotations)} if annotations else index


def platform_of(config: Mapping[str, Any]) -> Document:
    """The platform that a configuration is for, as an index names it."""
    return {"os": config["os"], "architecture": config["architecture"]}


def tag_of(digest: str) -> str:
    """The tag that says the content: same bytes, same tag.

    >>> tag_of("sha256:0123456789abcdef0123")
    'h-0123456789abcdef'
    """
    return f"h-{digest.removeprefix('sha256:')[:16]}"
