"""What an image weighs, layer by layer, against what it may weigh above its base."""

from __future__ import annotations

import gzip
import shutil
import zlib
from dataclasses import dataclass
from typing import IO, cast

from mooring.delivery.oci.archive import ImageArchive, PlatformManifest
from mooring.delivery.oci.blobs import Hashing, blob_path
from mooring.delivery.oci.layer import Layer
from mooring.delivery.publish.archives import unreadable

MB = 1_000_000

# The layers that no annotation claims for us.
BASE = "base"

# The layer that makes an image a model's service.
BENTO = "bento"

# A web framework, its server, a client, and metrics. It is on every node that takes traffic and
# rolls out most often, so its pull is part of every rollout.
GATEWAY_BYTES = 60 * MB

# Polars, Arrow, Delta Lake, SciPy and scikit-learn, which are nearly all of it. There is one of
# it, and no traffic comes to it. MLflow or a training library that slips in does not fit.
MONITOR_BYTES = 300 * MB

# BentoML, ONNX Runtime and NumPy, which are most of it, and a model of some MB. A scikit-learn or a
# training library that slips in does not fit.
MODEL_SERVICE_BYTES = 200 * MB

_CHUNK = 1_048_576


@dataclass(frozen=True)
class LayerWeight:
    """One layer: `bytes` as it travels, `unpacked` as it lies on a node's disk."""

    title: str
    digest: str
    bytes: int
    unpacked: int


@dataclass(frozen=True)
class PlatformWeight:
    """One platform's layers, bottom to top, and what those above the base may weigh together."""

    platform: str
    layers: tuple[LayerWeight, ...]
    budget: int | None

    @property
    def base(self) -> int:
        """Bytes of the base, compressed."""
        return sum(layer.bytes for layer in self.layers if layer.title == BASE)

    @property
    def above(self) -> int:
        """Bytes of everything that is ours, compressed."""
        return sum(layer.bytes for layer in self.layers if layer.title != BASE)

    @property
    def over(self) -> bool:
        """Whether that is more than it may be."""
        return self.budget is not None and self.above > self.budget


def weigh(archive: ImageArchive) -> tuple[PlatformWeight, ...]:
    """Weigh every platform of an image; each layer is unpacked to be measured, and nothing kept.

    Raises ImageUnreadable for a layer that does not unpack to what the configuration says.
    """
    return tuple(_weigh_platform(archive, each) for each in archive.platforms)


def budget_of(name: str, titles: frozenset[str]) -> int | None:
    """Bytes that an image may weigh above its base, None for one that nobody set a budget for.

    >>> budget_of("gateway", frozenset({"libraries", "code"}))
    60000000
    >>> budget_of("flight_delay", frozenset({"libraries", "bento"}))
    200000000
    """
    if BENTO in titles:
        return MODEL_SERVICE_BYTES
    return {"gateway": GATEWAY_BYTES, "monitor": MONITOR_BYTES}.get(name)


def _weigh_platform(archive: ImageArchive, manifest: PlatformManifest) -> PlatformWeight:
    layers = tuple(_weigh_layer(archive, layer) for layer in manifest.layers)
    budget = budget_of(archive.name, frozenset(layer.title for layer in layers))
    return PlatformWeight(manifest.platform, layers, budget)


def _weigh_layer(archive: ImageArchive, layer: Layer) -> LayerWeight:
    content = Hashing()
    try:
        with (
            archive.open(blob_path(layer.digest)) as (part, _),
            gzip.GzipFile(fileobj=cast(IO[bytes], part)) as packed,
        ):
            shutil.copyfileobj(packed, cast(IO[bytes], content), _CHUNK)
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise unreadable(archive, f"layer {layer.digest} is not compressed by gzip") from None
    if content.digest != layer.diff_id:
        raise unreadable(archive, f"layer {layer.digest} unpacks to something else")
    return LayerWeight(layer.title or BASE, layer.digest, layer.size, content.size)
