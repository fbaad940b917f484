"""Opening what a release names."""

from __future__ import annotations

from mooring.bundle.open import Bundle
from mooring.bundle.release import Release, Released
from mooring.bundle.store import open_resolved
from mooring.cli.registry import Model
from mooring.cli.workspace import Workspace


def open_released(model: Model, space: Workspace, released: Released) -> Bundle:
    """The bundle behind an entry of the model's release, fetched where it has to be, and verified.

    Raises a BundleError.
    """
    return open_resolved(
        released.location,
        beside=space.model(model.name),
        cache=space.cache,
        expect=released.bundle,
    )


def entries_of(release: Release) -> list[Released]:
    """Champion, challenger and former champions, as far as there are any."""
    held = [release.champion, release.challenger, *release.former]
    return [released for released in held if released is not None]
