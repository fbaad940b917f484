"""Writing a bundle into a folder store: content-addressed, atomic, and a no-op the second time."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from mooring.bundle.atomic import write_folder
from mooring.bundle.errors import BundleTampered, BundleUnreadable
from mooring.bundle.manifest import MANIFEST, PROVENANCE, SIGNATURE, FileEntry, Manifest
from mooring.bundle.open import CAPS, Bundle, open_bundle, read_capped
from mooring.bundle.signature import is_signed, write_signature
from mooring.contract.canonical import canonical_json, sha256


def entries_of(files: Mapping[str, bytes]) -> dict[str, FileEntry]:
    """Digest and size of each file, as the manifest lists them."""
    return {n: FileEntry(sha256=sha256(c), bytes=len(c)) for n, c in sorted(files.items())}


def folder_of(store: Path, bundle_id: str) -> Path:
    """Where a bundle lies in a store: the folder named by the first 16 digits of its id."""
    return store / bundle_id[:16]


def write_bundle(
    store: Path, manifest: Manifest, files: Mapping[str, bytes], provenance: Mapping[str, Any]
) -> Bundle:
    """Store `files` under the manifest's id and open the result, which verifies it.

    A bundle that is already there is kept, with the provenance of its first writer; only the time
    of its folder changes.
    """
    path = folder_of(store, manifest.id)
    _check_entries(path, manifest, files)
    beside = {MANIFEST: manifest.to_json(), PROVENANCE: canonical_json(dict(provenance))}
    if path.exists():
        _touch(path)
    else:
        write_folder(path, {**files, **beside})
    return open_bundle(path, expect=manifest.id)


def copy_bundle(bundle: Bundle, store: Path) -> Bundle:
    """Store a verified bundle in another folder store, and verify it there; provenance and
    signature go with it.
    """
    path = bundle.path / PROVENANCE
    try:
        provenance = json.loads(read_capped(path, CAPS.manifest_bytes))
    except ValueError:
        raise BundleUnreadable(
            "it is not JSON", place=str(path), cure="Restore the bundle from its store."
        ) from None
    copy = write_bundle(store, bundle.manifest, bundle.files, provenance)
    if is_signed(bundle):
        content = read_capped(bundle.path / SIGNATURE, CAPS.manifest_bytes)
        write_signature(copy.path / SIGNATURE, content)
    return copy


def _touch(path: Path) -> None:
    """Say that somebody wants the bundle again: `mooring bundle gc` spares what is young."""
    with suppress(OSError):  # where nothing may be written, nothing is collected either
        os.utime(path)


def _check_entries(path: Path, manifest: Manifest, files: Mapping[str, bytes]) -> None:
    """Refuse what could be stored under this id but never be opened."""
    if entries_of(files) != manifest.files:
        raise BundleTampered(
            "the files are not those of the manifest", place=str(path),
            cure="Make the manifest from the very files that are stored.",
        )  # fmt: skip
