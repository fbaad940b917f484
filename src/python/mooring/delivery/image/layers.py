"""Layers on their way from the step that makes them to the step that makes the image.

A folder with the layers' blobs and `layers.json`, which describes them. Each step is a process of
its own, so that Pants runs again only those whose input has changed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from mooring.delivery.oci.layer import Layer

_DESCRIPTION = "layers.json"


def describe_layers(folder: Path, layers: Iterable[Layer]) -> None:
    """Say what lies in `folder`."""
    text = json.dumps([asdict(layer) for layer in layers], indent=1, sort_keys=True)
    (folder / _DESCRIPTION).write_text(text)


def described_layers(folder: Path) -> list[Layer]:
    """The layers that lie in `folder`."""
    return [Layer(**each) for each in json.loads((folder / _DESCRIPTION).read_text())]
