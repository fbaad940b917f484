"""Bundles in a folder: what training writes to, and what every other store is fetched into."""

from __future__ import annotations

import re
from pathlib import Path

from mooring.bundle.atomic import ASIDE, remove_folder, sweep
from mooring.bundle.errors import BundleError, BundleMissing
from mooring.bundle.manifest import MANIFEST, Manifest
from mooring.bundle.open import CAPS, Bundle, open_bundle, read_capped
from mooring.bundle.store import Stored
from mooring.bundle.write import copy_bundle, folder_of

NAME = re.compile(r"[0-9a-f]{16}")


class FolderStore:
    """The store in one folder; see `BundleStore`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def location(self, bundle_id: str) -> str:
        """The bundle's folder."""
        return str(folder_of(self.folder, bundle_id))

    def has(self, bundle_id: str) -> bool:
        """Whether there is a folder of that name: it was renamed into place whole."""
        return folder_of(self.folder, bundle_id).is_dir()

    def put(self, bundle: Bundle) -> str:
        """Write the bundle in one step and verify it there."""
        return str(copy_bundle(bundle, self.folder).path)

    def fetch(self, bundle_id: str) -> Bundle:
        """Open the bundle where it lies."""
        path = folder_of(self.folder, bundle_id)
        if not path.is_dir():
            raise BundleMissing(
                f"there is no bundle {bundle_id[:16]} here",
                place=str(self.folder),
                cure="Look at the id, or pull the bundle from the store that has it.",
            )
        return open_bundle(path, expect=bundle_id if len(bundle_id) == 64 else None)

    def refresh(self, bundle_id: str) -> Bundle:
        """Open the bundle: here nothing is fetched, hence nothing gets old."""
        return self.fetch(bundle_id)

    def stored(self) -> tuple[Stored, ...]:
        """Every entry but half-written work, which is swept."""
        sweep(self.folder)
        if not self.folder.is_dir():
            return ()
        entries = (e for e in sorted(self.folder.iterdir()) if not e.name.startswith(ASIDE))
        return tuple(Stored(e.name, e.lstat().st_mtime, _manifest(e)) for e in entries)

    def delete(self, entry: Stored) -> bool:
        """Rename the folder aside, then remove it: a crash between leaves what is swept later."""
        path = self.folder / entry.name
        try:
            if path.lstat().st_mtime != entry.touched:
                return False
            remove_folder(path)
        except FileNotFoundError:  # another collector was here
            return True
        return True


def _manifest(path: Path) -> Manifest | None:
    """The manifest of the bundle at `path`; None for whatever is not plainly a bundle."""
    if path.is_symlink() or not path.is_dir() or not NAME.fullmatch(path.name):
        return None
    try:
        content = read_capped(path / MANIFEST, CAPS.manifest_bytes)
        return named_manifest(content, path.name, place=str(path / MANIFEST))
    except BundleError:
        return None


def named_manifest(content: bytes, name: str, *, place: str) -> Manifest | None:
    """The manifest in `content` if it is that of the bundle called `name`.

    Raises BundleUnreadable when it cannot be parsed.
    """
    manifest = Manifest.from_json(content, place=place)
    return manifest if manifest.id[:16] == name else None
