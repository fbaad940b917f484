"""Bundles behind a URL. Object stores cannot rename, so the order of writing takes its place.

`<store>/<first 16 digits of the id>/<file>`: the manifest is written last and removed first, and a
bundle is there exactly when its manifest is. An upload that was cut off is invisible, the next one
completes it, and `mooring bundle gc` removes what nobody came back for.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from mooring.bundle.atomic import new_folder, remove_folder
from mooring.bundle.errors import BundleError, BundleMissing, BundleTampered, CacheUnwritable
from mooring.bundle.folder_store import NAME, named_manifest
from mooring.bundle.location import checked_url
from mooring.bundle.manifest import MANIFEST, PROVENANCE, SIGNATURE, Manifest
from mooring.bundle.objects import Object, Objects
from mooring.bundle.open import CAPS, Bundle, Caps, check_caps, open_bundle, read_capped
from mooring.bundle.signature import is_signed, write_signature
from mooring.bundle.store import Stored
from mooring.bundle.write import folder_of

# Provenance and signature: as for the manifest, some KiB are expected.
_BESIDE_BYTES = CAPS.manifest_bytes


def remote_store(location: str, cache: Path) -> RemoteStore:
    """The store at a URL. Raises StoreUnknown."""
    return RemoteStore(Objects(checked_url(location)), cache)


class RemoteStore:
    """The store behind one URL; `cache` is a folder store that fetched bundles land in."""

    def __init__(self, objects: Objects, cache: Path, caps: Caps = CAPS) -> None:
        self._objects = objects
        self._cache = cache
        self._caps = caps

    def location(self, bundle_id: str) -> str:
        """The URL that the bundle's files lie below."""
        return f"{self._objects.url}/{bundle_id[:16]}"

    def has(self, bundle_id: str) -> bool:
        """Whether the manifest of that bundle is there."""
        return self._manifest(bundle_id[:16]) is not None

    def put(self, bundle: Bundle) -> str:
        """Upload every file, the manifest last. Where it is there already, only the manifest is
        written again, byte for byte the same: it says that somebody wants the bundle.
        """
        name = bundle.id[:16]
        if (there := self._manifest(name)) is None:
            for file, content in bundle.files.items():
                self._objects.write(f"{name}/{file}", content)
            self._write_beside(bundle, PROVENANCE)
        elif there != bundle.manifest.to_json():
            raise _tampered(self.location(bundle.id), "another manifest lies under this id")
        if is_signed(bundle):
            self._write_beside(bundle, SIGNATURE)
        self._check_listing(bundle)
        self._objects.write(f"{name}/{MANIFEST}", bundle.manifest.to_json())
        return self.location(bundle.id)

    def fetch(self, bundle_id: str) -> Bundle:
        """The cached bundle if it is sound, else that of the store, verified before it enters the
        cache.
        """
        path = folder_of(self._cache, bundle_id)
        if path.is_dir():
            try:
                return open_bundle(path, expect=_full(bundle_id))
            except BundleError:  # spoilt on this machine: the store has it whole
                remove_folder(path)
        try:
            with new_folder(path) as aside:
                self._download(aside, bundle_id)
        except OSError as error:
            raise _unwritable(self._cache, error) from None
        return open_bundle(path, expect=_full(bundle_id))

    def refresh(self, bundle_id: str) -> Bundle:
        """As `fetch`, with the signature that the store has by now."""
        bundle = self.fetch(bundle_id)
        with TemporaryDirectory() as folder:
            path = Path(folder) / SIGNATURE
            if self._objects.read(f"{bundle.id[:16]}/{SIGNATURE}", _BESIDE_BYTES, path):
                write_signature(bundle.path / SIGNATURE, path.read_bytes())
        return bundle

    def stored(self) -> tuple[Stored, ...]:
        """Every folder below the URL, and every object that lies outside of one."""
        folders: dict[str, list[Object]] = {}
        for found in self._objects.list():
            folders.setdefault(found.path.split("/")[0], []).append(found)
        return tuple(self._entry(name, found) for name, found in sorted(folders.items()))

    def delete(self, entry: Stored) -> bool:
        """Remove the manifest first: from then on there is no bundle, only the rest of one."""
        found = self._objects.list(f"{entry.name}/")
        if not found:
            return True
        if _touched(found) != entry.touched:
            return False
        names = sorted((o.path for o in found), key=lambda path: not path.endswith(f"/{MANIFEST}"))
        for path in names:
            self._objects.remove(path)
        return True

    def _entry(self, name: str, found: list[Object]) -> Stored:
        touched = _touched(found)
        if not NAME.fullmatch(name) or found[0].path == name:
            return Stored(name, touched)
        if f"{name}/{MANIFEST}" not in {o.path for o in found}:
            return Stored(name, touched, torn=True)
        try:
            content = self._manifest(name) or b""
            return Stored(name, touched, named_manifest(content, name, place=name))
        except BundleError:
            return Stored(name, touched)

    def _manifest(self, name: str) -> bytes | None:
        with TemporaryDirectory() as folder:
            path = Path(folder) / MANIFEST
            there = self._objects.read(f"{name}/{MANIFEST}", self._caps.manifest_bytes, path)
            return path.read_bytes() if there else None

    def _download(self, aside: Path, bundle_id: str) -> None:
        """Download the bundle into an empty folder and verify it there, before it gets the name
        under which others may be looking for it.
        """
        name, caps = bundle_id[:16], self._caps
        if not self._objects.read(f"{name}/{MANIFEST}", caps.manifest_bytes, aside / MANIFEST):
            raise _missing(self._objects.url, name)
        manifest = self._announced(aside, bundle_id)
        for file, entry in manifest.files.items():
            if not self._objects.read(f"{name}/{file}", entry.bytes, aside / file):
                raise _tampered(f"{self.location(name)}/{file}", "the file is missing")
        for file in (PROVENANCE, SIGNATURE):
            self._objects.read(f"{name}/{file}", _BESIDE_BYTES, aside / file)
        try:
            open_bundle(aside, expect=manifest.id, caps=caps)
        except BundleError as error:
            error.place = error.place.replace(str(aside), self.location(name))
            raise

    def _announced(self, aside: Path, bundle_id: str) -> Manifest:
        """The manifest of that id, within the caps: what else is downloaded hangs on it."""
        place = f"{self.location(bundle_id)}/{MANIFEST}"
        content = read_capped(aside / MANIFEST, self._caps.manifest_bytes)
        manifest = Manifest.from_json(content, place=place)
        if not manifest.id.startswith(bundle_id):
            raise _tampered(place, f"its id is {manifest.id[:16]}…, not {bundle_id[:16]}…")
        check_caps(manifest, self._caps, place=place)
        return manifest

    def _check_listing(self, bundle: Bundle) -> None:
        """Refuse a bundle whose files are not there in the sizes that its manifest says."""
        name = bundle.id[:16]
        there = {found.path: found.bytes for found in self._objects.list(f"{name}/")}
        wanted = {f"{name}/{file}": e.bytes for file, e in bundle.manifest.files.items()}
        if {path: there.get(path) for path in wanted} != wanted:
            raise _tampered(self.location(name), "files of it are missing or of another size")

    def _write_beside(self, bundle: Bundle, name: str) -> None:
        content = read_capped(bundle.path / name, _BESIDE_BYTES)
        self._objects.write(f"{bundle.id[:16]}/{name}", content)


def _full(bundle_id: str) -> str | None:
    """The id where all of it was given."""
    return bundle_id if len(bundle_id) == 64 else None


def _touched(found: Sequence[Object]) -> float:
    return max(o.touched for o in found)


def _missing(url: str, name: str) -> BundleMissing:
    return BundleMissing(
        f"there is no bundle {name} here",
        place=url,
        cure="Look at the id, or push the bundle from where it is.",
    )


def _tampered(place: str, problem: str) -> BundleTampered:
    return BundleTampered(
        problem, place=place, cure="Find out who wrote it; put the bundle there again."
    )


def _unwritable(cache: Path, error: OSError) -> CacheUnwritable:
    return CacheUnwritable(
        f"a fetched bundle cannot be kept here ({error.strerror})",
        place=str(cache),
        cure="Set MOORING_HOME to a folder that can be written, with room for the bundle.",
    )
