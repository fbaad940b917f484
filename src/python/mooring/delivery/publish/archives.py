"""The image archives of a checkout, each checked whole before anything is done with any of them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO, cast

from pydantic import TypeAdapter, ValidationError

from mooring.delivery.oci.archive import ImageArchive, open_archive
from mooring.delivery.oci.blobs import blob_path, new_blob
from mooring.delivery.oci.errors import ImageUnreadable
from mooring.delivery.publish.errors import NoArchive
from mooring.delivery.publish.lock import Digest, ImageName

# Where Pants puts what the targets `…:image` make, below the checkout.
ARCHIVES = "dist/*/image.tar"

BASE_LABEL = "org.opencontainers.image.base.digest"

_CHUNK = 1_048_576
_NAME: TypeAdapter[str] = TypeAdapter(ImageName)
_DIGEST: TypeAdapter[str] = TypeAdapter(Digest)


def find_archives(root: Path, named: Sequence[Path] = ()) -> list[ImageArchive]:
    """The archives that are named, else those that Pants made, by name of their image.

    Every byte of them is checked. Raises NoArchive, and ImageUnreadable for the first that is not
    whole.
    """
    paths = list(named) or sorted(root.glob(ARCHIVES))
    if not paths:
        raise NoArchive(
            "there is no image archive", place=str(root / ARCHIVES), cure="Run ./pants package ::."
        )
    found: dict[str, ImageArchive] = {}
    for path in paths:
        archive = checked(path)
        other = found.setdefault(archive.name, archive)
        if other.digest != archive.digest:
            raise NoArchive(
                f"two archives of different content are the image {archive.name}",
                place=f"{other.path} and {path}",
                cure="Name the one you want.",
            )
    return [found[name] for name in sorted(found)]


def checked(path: Path) -> ImageArchive:
    """The archive at `path` if every blob of it is what its digest says. Raises ImageUnreadable."""
    archive = ImageArchive(path)
    try:
        archive = open_archive(path)
        _require_sense(archive)
    except ValidationError as error:
        value = error.errors()[0]["input"]
        raise unreadable(archive, f"{value!r} is no name or digest of an image") from None
    except (KeyError, TypeError, ValueError, RecursionError):
        raise unreadable(archive, "its documents do not make one image") from None
    archive.check()
    return archive


def _require_sense(archive: ImageArchive) -> None:
    """Raise ValueError and its kin for what digests cannot tell: documents that fit nothing."""
    _NAME.validate_python(archive.name)
    _DIGEST.validate_python(base_of(archive))
    # Reading them compares the number of layers with that of the configuration.
    layers = {each.platform: each.layers for each in archive.platforms}
    if len(layers) != len(archive.platforms):
        raise ValueError("a platform is there twice")


def base_of(archive: ImageArchive) -> str:
    """Digest of the base that an image says it was put on. Raises ImageUnreadable."""
    bases = {_label(each.config, BASE_LABEL) for each in archive.platforms}
    if len(bases) != 1:
        raise unreadable(archive, "its platforms do not name one and the same base")
    return bases.pop()


def bytes_of(archive: ImageArchive) -> int:
    """What a registry keeps of an image in all, compressed."""
    return sum(each["size"] for each in archive.descriptors())


def unpack(archive: ImageArchive, layout: Path) -> None:
    """Write an archive as an OCI layout, its blobs under the names of what they hold.

    What has changed since it was checked is therefore missing from the layout, and never pushed.
    Raises ImageUnreadable.
    """
    for descriptor in archive.descriptors():
        with archive.open(blob_path(descriptor["digest"])) as (part, _), new_blob(layout) as blob:
            shutil.copyfileobj(cast(IO[bytes], part), cast(IO[bytes], blob), _CHUNK)
        if blob.digest != descriptor["digest"]:
            raise unreadable(archive, "it changed while it was read")
    index = {"schemaVersion": 2, "manifests": [archive.entry]}
    _write(layout / "index.json", index)
    _write(layout / "oci-layout", {"imageLayoutVersion": "1.0.0"})


def sizes_of(archive: ImageArchive, hexes: Iterable[str]) -> int:
    """Bytes of the blobs with these hex digests."""
    sizes: Mapping[str, int] = {each["digest"]: each["size"] for each in archive.descriptors()}
    return sum(sizes.get(f"sha256:{each}", 0) for each in hexes)


def unreadable(archive: ImageArchive, problem: str) -> ImageUnreadable:
    """The error of an archive that cannot be used."""
    return ImageUnreadable(problem, place=str(archive.path), cure="Build or fetch it again.")


def _label(config: Mapping[str, object], name: str) -> str:
    settings = config.get("config")
    labels = settings.get("Labels") if isinstance(settings, dict) else None
    return str(labels.get(name, "")) if isinstance(labels, dict) else ""


def _write(path: Path, document: object) -> None:
    path.write_text(json.dumps(document))
