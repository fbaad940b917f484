"""From `release.json` to the folder of its champion: looked up, fetched where it has to be,
verified, and written whole or not at all.
"""

from __future__ import annotations

from pathlib import Path

from mooring.bundle.atomic import new_folder
from mooring.bundle.champion import Champion, champion_files
from mooring.bundle.open import Bundle
from mooring.bundle.release import Release, Released, read_release
from mooring.bundle.store import open_resolved
from mooring.delivery.bundles.errors import NoChampion, PlaceTaken, ReleaseDiffers


def ship_champion(release: Path, into: Path, cache: Path) -> Champion:
    """Write the champion of `models/<name>/release.json` and its bundle into the new folder `into`.

    A bundle behind a URL is fetched by its id into the folder `cache` first.
    Raises BundlingError, ReleaseError, or what `open_resolved` raises.
    """
    if into.exists():
        raise PlaceTaken("it exists already", place=str(into), cure="Name a new folder.")
    found = read_release(release, model=release.absolute().parent.name).release
    released = _champion_of(found, release)
    bundle = open_resolved(
        released.location, beside=release.parent, cache=cache, expect=released.bundle
    )
    _check_size(bundle, released, release)
    champion = Champion(
        model=found.model,
        version=released.version,
        bundle=released.bundle,
        promoted_at=released.promoted_at,
    )
    with new_folder(into) as aside:
        for name, content in champion_files(champion, bundle).items():
            (aside / name).parent.mkdir(exist_ok=True)
            (aside / name).write_bytes(content)
    return champion


def _champion_of(release: Release, place: Path) -> Released:
    if release.champion is None:
        raise NoChampion(
            f"{release.model} has no champion, so there is nothing to ship",
            place=str(place),
            cure=f"Run `./mooring promote {release.model}`.",
        )
    return release.champion


def _check_size(bundle: Bundle, released: Released, place: Path) -> None:
    if bundle.bytes != released.bytes:
        raise ReleaseDiffers(
            f"the champion has {bundle.bytes} bytes, the release says {released.bytes}",
            place=str(place),
            cure="Restore it from git: git checkout -- <file>.",
        )
