"""A release whose champion is a given bundle."""

from __future__ import annotations

from pathlib import Path

from mooring.bundle.open import Bundle
from mooring.bundle.release import Release, Released, read_release, write_release


def release_bundle(
    folder: Path, bundle: Bundle, *, location: str | None = None, bytes: int | None = None
) -> Path:
    """Make the bundle version 3 and champion in `folder`, and return `release.json`."""
    champion = Released(
        version=3, bundle=bundle.id, location=location or f"bundles/{bundle.id[:16]}",
        bytes=bundle.bytes if bytes is None else bytes, runtime=bundle.manifest.runtime,
        blessings={}, promoted_at="2013-04-01T00:00:00+00:00", promoted_by="someone",
        reason="first",
    )  # fmt: skip
    model = bundle.manifest.model
    before = read_release(folder / "release.json", model=model)
    write_release(before, Release(model=model, last_version=3, champion=champion))
    return folder / "release.json"
