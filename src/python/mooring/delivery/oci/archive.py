"""Reading an image archive: nothing in it is believed before its digest has been checked."""

from __future__ import annotations

import hashlib
import json
import os
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, Any

from mooring.delivery.oci.blobs import blob_path
from mooring.delivery.oci.documents import INDEX_TYPE, REF_NAME, TITLE, Document
from mooring.delivery.oci.errors import ImageUnreadable
from mooring.delivery.oci.layer import LAYER_TITLE, Layer

# A document is kilobytes; what claims to be more is not read into memory.
LARGEST_DOCUMENT = 4 * 1_048_576
_CHUNK = 1_048_576
_END = 1024


class _Part:
    """A stretch of an open file, read as a file of its own."""

    def __init__(self, file: IO[bytes], offset: int, size: int) -> None:
        file.seek(offset)
        self._file, self._left = file, size

    def read(self, size: int = -1) -> bytes:
        """At most `size` bytes; all that is left without it."""
        data = self._file.read(self._left if size < 0 else min(size, self._left))
        self._left -= len(data)
        return data


@dataclass(frozen=True)
class PlatformManifest:
    """One platform of an image, as the archive has it."""

    platform: str
    digest: str
    size: int
    config_digest: str
    config: Document
    descriptors: tuple[Document, ...]

    @property
    def layers(self) -> tuple[Layer, ...]:
        """Bottom to top; `unpacked` is 0, which only the content tells."""
        diff_ids = self.config["rootfs"]["diff_ids"]
        return tuple(
            Layer(each["digest"], each["size"], diff_id, 0, _title(each), self.platform)
            for each, diff_id in zip(self.descriptors, diff_ids, strict=True)
        )


@dataclass(frozen=True)
class ImageArchive:
    """An archive whose documents have been read; `check` also reads every layer."""

    path: Path

    @cached_property
    def entry(self) -> Document:
        """The one descriptor of index.json: that of the image's own index."""
        entries = self._json("index.json").get("manifests", [])
        if len(entries) != 1 or entries[0].get("mediaType") != INDEX_TYPE:
            raise self._broken("its index.json does not name exactly one image index")
        return dict(entries[0])

    @property
    def digest(self) -> str:
        """Of the image's index: by which the image is known everywhere."""
        return str(self.entry["digest"])

    @property
    def name(self) -> str:
        """`gateway`, or a model's name."""
        return str(self.entry.get("annotations", {}).get(TITLE, self.path.stem))

    @property
    def tag(self) -> str:
        """The content tag."""
        return str(self.entry.get("annotations", {}).get(REF_NAME, ""))

    @cached_property
    def index(self) -> Document:
        """The image index."""
        return self.document(self.digest)

    @cached_property
    def platforms(self) -> tuple[PlatformManifest, ...]:
        """One manifest for each platform, in the index's order. Raises ImageUnreadable."""
        try:
            return tuple(self._platform(each) for each in self.index["manifests"])
        except (KeyError, TypeError, ValueError):
            raise self._broken("one of its documents is not what an image has") from None

    def _platform(self, entry: Document) -> PlatformManifest:
        manifest = self.document(entry["digest"])
        config = self.document(manifest["config"]["digest"])
        return PlatformManifest(
            platform=f"{config['os']}/{config['architecture']}",
            digest=entry["digest"],
            size=entry["size"],
            config_digest=manifest["config"]["digest"],
            config=config,
            descriptors=tuple(manifest["layers"]),
        )

    def document(self, digest: str) -> Document:
        """A JSON blob, checked against its digest. Raises ImageUnreadable."""
        content = self.member(blob_path(digest))
        if f"sha256:{hashlib.sha256(content).hexdigest()}" != digest:
            raise self._broken(f"{blob_path(digest)} holds other bytes than its name says")
        return dict(json.loads(content))

    def member(self, name: str) -> bytes:
        """A small file of the archive. Raises ImageUnreadable."""
        with self.open(name) as (file, size):
            if size > LARGEST_DOCUMENT:
                raise self._broken(f"{name} is too large for a document")
            return file.read()

    @contextmanager
    def open(self, name: str) -> Iterator[tuple[_Part, int]]:
        """A file of the archive and its size. Raises ImageUnreadable."""
        info = self._members.get(name)
        if info is None or not info.isfile():
            raise self._broken(f"it has no file {name}")
        with self._opened() as whole:
            yield _Part(whole, info.offset_data, info.size), info.size

    def _opened(self) -> IO[bytes]:
        """Guarded alone: what goes wrong where the content goes to is no fault of the archive."""
        try:
            return self.path.open("rb")
        except OSError as error:
            raise self._broken(f"it cannot be read ({error.strerror})") from None

    @cached_property
    def _members(self) -> dict[str, tarfile.TarInfo]:
        try:
            _check_end(self.path)
            with tarfile.open(self.path, "r:") as tar:
                return {info.name.removeprefix("./"): info for info in tar}
        except (tarfile.TarError, EOFError, OSError) as error:
            raise self._broken(f"it is no whole tar archive ({type(error).__name__})") from None

    def check(self) -> None:
        """Read every blob, compare its digest and size. Raises ImageUnreadable."""
        for descriptor in self.descriptors():
            self._check_blob(descriptor)

    def descriptors(self) -> list[Document]:
        """Everything a registry must hold for this image, layers first, the index last."""
        found: dict[str, Document] = {}
        for entry in self.index["manifests"]:
            manifest = self.document(entry["digest"])
            for each in (*manifest["layers"], manifest["config"], entry):
                found.setdefault(each["digest"], each)
        return [*found.values(), self.entry]

    def _check_blob(self, descriptor: Document) -> None:
        name = blob_path(descriptor["digest"])
        sha256, length = hashlib.sha256(), 0
        with self.open(name) as (file, _):
            while chunk := file.read(_CHUNK):
                sha256.update(chunk)
                length += len(chunk)
        found = (f"sha256:{sha256.hexdigest()}", length)
        if found != (descriptor["digest"], descriptor["size"]):
            raise self._broken(f"{name} is cut short or altered")

    def _json(self, name: str) -> Document:
        try:
            document: Any = json.loads(self.member(name))
        except ValueError:
            raise self._broken(f"its {name} is no JSON") from None
        return dict(document)

    def _broken(self, problem: str) -> ImageUnreadable:
        return ImageUnreadable(problem, place=str(self.path), cure="Build or fetch it again.")


def open_archive(path: Path) -> ImageArchive:
    """The image archive at `path`, its documents checked. Raises ImageUnreadable."""
    archive = ImageArchive(path)
    if not path.is_file():
        raise ImageUnreadable(
            "there is no such file", place=str(path), cure="Build it with ./pants package."
        )
    archive.platforms  # noqa: B018, reads and checks them
    return archive


def _check_end(path: Path) -> None:
    """Two blocks of zeros end a tar; Python reads one that stops before them without a word."""
    with path.open("rb") as file:
        file.seek(-min(_END, path.stat().st_size), os.SEEK_END)
        if file.read() != bytes(_END):
            raise tarfile.ReadError


def _title(descriptor: Document) -> str:
    return str(descriptor.get("annotations", {}).get(LAYER_TITLE, ""))
