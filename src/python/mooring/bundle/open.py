"""Opening a bundle: size caps, manifest digest, each file's digest; nothing is loaded yet.

Every file is read once, through a descriptor that refuses symbolic links, and what was verified is
what is used afterwards: a file swapped later changes nothing.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mooring.bundle.errors import BundleMissing, BundleTampered, BundleTooLarge, BundleUnreadable
from mooring.bundle.manifest import CONTRACT, MANIFEST, PROVENANCE, SIGNATURE, Manifest
from mooring.contract.canonical import sha256
from mooring.contract.contract import Contract
from mooring.contract.errors import InvalidContract


@dataclass(frozen=True)
class Caps:
    """Sizes beyond which nothing is read."""

    # 64 files take some 8 KiB.
    manifest_bytes: int = 1 * 1024**2
    # A model of more wants streaming, not this loader.
    bundle_bytes: int = 512 * 1024**2
    files: int = 64


CAPS = Caps()

# May lie in the folder without being part of the id.
BESIDE = frozenset({MANIFEST, PROVENANCE, SIGNATURE})


@dataclass(frozen=True)
class Bundle:
    """A verified bundle: `files` holds the very bytes that were checked."""

    path: Path
    id: str
    manifest: Manifest
    contract: Contract
    files: Mapping[str, bytes] = field(repr=False)

    @property
    def bytes(self) -> int:
        """Size of all files together."""
        return sum(entry.bytes for entry in self.manifest.files.values())


def open_bundle(path: Path, *, expect: str | None = None, caps: Caps = CAPS) -> Bundle:
    """Verify the bundle at `path`, and that its id is `expect` where one is given.

    Raises a BundleError; see `errors` for the steps.
    """
    if path.is_symlink() or not path.is_dir():
        raise BundleMissing(
            "there is no bundle here", place=str(path), cure="Name a folder with a manifest.json."
        )
    content = read_capped(path / MANIFEST, caps.manifest_bytes)
    manifest = Manifest.from_json(content, place=str(path / MANIFEST))
    _check_identity(path, content, manifest, expect)
    check_caps(manifest, caps, place=str(path / MANIFEST))
    _check_listing(path, manifest)
    files = {name: _verified(path, name, manifest) for name in manifest.files}
    return Bundle(path, manifest.id, manifest, _contract(path, manifest, files), files)


def read_capped(path: Path, largest: int) -> bytes:
    """Read a regular file of at most `largest` bytes, never through a symbolic link."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        raise _tampered(path, "the file is missing") from None
    except OSError:
        raise _tampered(path, "it cannot be read as a plain file") from None
    try:
        content = _read_regular(path, handle, largest + 1)
    finally:
        os.close(handle)
    if len(content) > largest:
        raise BundleTooLarge(
            f"it is larger than {largest} bytes", place=str(path), cure="Restore the bundle."
        )
    return content


def _read_regular(path: Path, handle: int, most: int) -> bytes:
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        raise _tampered(path, "it is not a plain file")
    with os.fdopen(handle, "rb", closefd=False) as file:
        return file.read(most)


def _check_identity(path: Path, content: bytes, manifest: Manifest, expect: str | None) -> None:
    if content != manifest.to_json():
        raise _tampered(path / MANIFEST, "it is not in canonical form")
    if expect is not None and manifest.id != expect:
        raise _tampered(path / MANIFEST, f"its id is {manifest.id[:16]}…, not {expect[:16]}…")
    if manifest.id[:16] != path.name and expect is None:
        raise _tampered(path, f"the folder is not named after the bundle's id {manifest.id[:16]}")


def check_caps(manifest: Manifest, caps: Caps, *, place: str) -> None:
    """Raise BundleTooLarge when the bundle says itself that it is over a cap."""
    size = sum(entry.bytes for entry in manifest.files.values())
    if len(manifest.files) > caps.files or size > caps.bundle_bytes:
        raise BundleTooLarge(
            f"more than {caps.files} files or {caps.bundle_bytes} bytes",
            place=place,
            cure="Keep data out of the bundle.",
        )


def _check_listing(path: Path, manifest: Manifest) -> None:
    extra = {entry.name for entry in path.iterdir()} - set(manifest.files) - BESIDE
    if extra:
        raise _tampered(path, f"{len(extra)} file(s) are not in the manifest")


def _verified(path: Path, name: str, manifest: Manifest) -> bytes:
    entry = manifest.files[name]
    content = read_capped(path / name, entry.bytes)
    if len(content) != entry.bytes or sha256(content) != entry.sha256:
        raise _tampered(path / name, "its content is not what the manifest says")
    return content


def _contract(path: Path, manifest: Manifest, files: Mapping[str, bytes]) -> Contract:
    if CONTRACT not in files:
        raise _tampered(path / MANIFEST, f"it lists no {CONTRACT}")
    try:
        contract = Contract.from_json(files[CONTRACT])
    except InvalidContract as error:
        raise BundleUnreadable(str(error), place=str(path), cure="Train the model again.") from None
    if (contract.name, contract.version) != (manifest.model, manifest.contract):
        raise _tampered(path / CONTRACT, "it is the contract of another model or version")
    return contract


def _tampered(path: Path, problem: str) -> BundleTampered:
    return BundleTampered(
        problem, place=str(path), cure="Restore the bundle from its store; do not repair it."
    )
