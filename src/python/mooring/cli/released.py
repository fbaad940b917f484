"""Opening what a release names."""

from __future__ import annotations

from mooring.bundle.open import Bundle, open_bundle
from mooring.bundle.release import Release, Released
from mooring.cli.registry import Model
from mooring.cli.workspace import Workspace


def open_released(model: Model, space: Workspace, released: Released) -> Bundle:
    """The verified bundle behind an entry of the model's release. Raises a BundleError."""
    return open_bundle(space.model(model.name) / released.location, expect=released.bundle)


def entries_of(release: Release) -> list[Released]:
    """Champion, challenger and former champions, as far as there are any."""
    held = [release.champion, release.challenger, *release.former]
    return [released for released in held if released is not None]
