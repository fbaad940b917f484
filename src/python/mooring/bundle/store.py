"""Where bundles are kept: a folder, or a URL such as `s3://bucket/prefix`.

The library behind URLs takes a second and 60 MB to import. A process whose bundles lie in folders
never pays for it: this module imports it only when a location is a URL.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from mooring.bundle.errors import BundleMissing
from mooring.bundle.location import bundle_folder, is_url, parent_of
from mooring.bundle.manifest import Manifest
from mooring.bundle.open import Bundle, open_bundle


@dataclass(frozen=True)
class Stored:
    """One entry of a store: `name` is the first 16 digits of an id, `touched` when somebody last
    wrote it or asked for it to be written, in seconds since 1970.

    `manifest` is None for what cannot be read as a bundle; `torn` says that it is the rest of an
    upload that never ended, which no reader takes for a bundle.
    """

    name: str
    touched: float
    manifest: Manifest | None = None
    torn: bool = False


class BundleStore(Protocol):
    """Bundles by id. A bundle is there whole or not at all, and the same for whoever wrote it."""

    def location(self, bundle_id: str) -> str:
        """Where the bundle of that id is kept, as a release records it."""

    def has(self, bundle_id: str) -> bool:
        """Whether the bundle is there, of which nothing is verified."""

    def put(self, bundle: Bundle) -> str:
        """Keep a verified bundle with its provenance and signature, and return its location.

        Of a bundle that is there already only the signature may change. Raises StoreError.
        """

    def fetch(self, bundle_id: str) -> Bundle:
        """The bundle of that id (or of its first 16 digits), on this machine and verified.

        Raises BundleMissing, what `open_bundle` raises, or StoreError.
        """

    def refresh(self, bundle_id: str) -> Bundle:
        """As `fetch`, with the signature that the store has by now."""

    def stored(self) -> Sequence[Stored]:
        """Everything that lies here, bundles or not, sorted by name."""

    def delete(self, entry: Stored) -> bool:
        """Remove an entry unless somebody touched it since; whether it is gone."""


def cache_in(home: Path) -> Path:
    """Where a process keeps what it fetched: apart from what was trained here, and never missed."""
    return home / "cache" / "bundles"


def store_at(location: str, cache: Path) -> BundleStore:
    """The store at a folder or URL; bundles of a URL are fetched into the folder `cache`.

    Raises StoreUnknown.
    """
    folder = bundle_folder(location)
    if folder is not None:
        from mooring.bundle.folder_store import FolderStore

        return FolderStore(folder)
    from mooring.bundle.remote_store import remote_store

    return remote_store(location, cache)


def resolve(location: str, *, beside: Path, cache: Path, expect: str) -> Path:
    """The folder of a release's bundle: beside its `release.json`, absolute, or fetched from a URL
    into `cache` and verified there.

    A folder is not verified here: `open_bundle(path, expect=…)` is its only door.
    Raises BundleMissing, StoreError, or what `open_bundle` raises for what was fetched.
    """
    if not is_url(location):
        return beside / location
    store, name = parent_of(location)
    if name != expect[:16]:
        raise BundleMissing(
            f"the location does not end in {expect[:16]}, as its bundle's id begins",
            place=location,
            cure="Restore release.json from git, or promote the bundle again.",
        )
    return store_at(store, cache).fetch(expect).path


def open_resolved(location: str, *, beside: Path, cache: Path, expect: str) -> Bundle:
    """`resolve` and open, which verifies."""
    return open_bundle(resolve(location, beside=beside, cache=cache, expect=expect), expect=expect)
