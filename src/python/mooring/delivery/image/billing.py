"""The bill of materials of an image, from what the steps before it left beside their layers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mooring.delivery.base.lock import read_lock
from mooring.delivery.image.layers import described_layers
from mooring.delivery.oci.errors import ImageUnbuildable
from mooring.delivery.sbom.bill import Billed, bill_of_materials
from mooring.delivery.sbom.libraries import Libraries, described_libraries

BASE_LOCK = "base.lock.json"
LIBRARIES = "libraries"


def bill(name: str, digest: str, base: Path, folders: Sequence[Path]) -> bytes:
    """The bill of the image `name` of that `digest`, made of the base and the layers in `folders`.

    Raises ImageUnbuildable without libraries, BillIncomplete for one that its lock does not name.
    """
    layers = [layer for folder in folders for layer in described_layers(folder)]
    own = {layer.title: layer.digest for layer in layers if layer.title != LIBRARIES}
    base_lock = read_lock((base / BASE_LOCK).read_text())
    return bill_of_materials(Billed(name, digest, own), _libraries(name, folders), base_lock)


def _libraries(name: str, folders: Sequence[Path]) -> Libraries:
    for folder in folders:
        if found := described_libraries(folder):
            return found
    raise ImageUnbuildable(
        "none of its layers holds libraries", place=name, cure="Give it an image_libraries() layer."
    )
