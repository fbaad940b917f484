"""The bill of materials of an image, from what the steps before it left beside their layers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mooring.delivery.base.lock import read_lock
from mooring.delivery.image.layers import described_layers
from mooring.delivery.oci.blobs import blob_path
from mooring.delivery.oci.layer import Layer
from mooring.delivery.sbom.bill import Billed, bill_of_materials
from mooring.delivery.sbom.distributions import Distribution, layer_distributions

BASE_LOCK = "base.lock.json"
LIBRARIES = "libraries"
LIBRARIES_LOCK = "libraries.lock"


def bill(name: str, digest: str, base: Path, folders: Sequence[Path]) -> bytes:
    """The bill of the image `name` of that `digest`, made of the base and the layers in `folders`.

    Raises BillIncomplete when a library is in a layer and not in the lock.
    """
    found = [(folder, layer) for folder in folders for layer in described_layers(folder)]
    libraries = [(folder, layer) for folder, layer in found if layer.title == LIBRARIES]
    own = {layer.title: layer.digest for _, layer in found if layer.title != LIBRARIES}
    lock = "".join(
        (folder / LIBRARIES_LOCK).read_text() for folder in {folder for folder, _ in libraries}
    )
    distributions = {layer.platform: _distributions(folder, layer) for folder, layer in libraries}
    base_lock = read_lock((base / BASE_LOCK).read_text())
    return bill_of_materials(Billed(name, digest, own), lock, distributions, base_lock)


def _distributions(folder: Path, layer: Layer) -> tuple[Distribution, ...]:
    return layer_distributions(folder / blob_path(layer.digest))
