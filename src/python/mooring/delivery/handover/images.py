"""Images between jobs: the digests of archives, what the registry holds, what is deployed."""

from __future__ import annotations

import json
import re
import tarfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from mooring.delivery.handover.errors import ImagesDiffer, NotPublished, Unreadable
from mooring.delivery.rollout.reference import ImageReference, image_of

_COMMIT = re.compile(r"[0-9a-f]{40}")
_TITLE = "org.opencontainers.image.title"

# An index of one descriptor has some hundred bytes; a larger one is no archive of ours.
_LARGEST_INDEX = 1024 * 1024


def digests_in(dist: Path) -> dict[str, str]:
    """Name to digest of every image archive that `pants package` left. Raises Unreadable."""
    found = dict(_described(path) for path in sorted(dist.glob("*/image.tar")))
    if not found:
        raise Unreadable("there is no image archive", place=str(dist), cure="Package one first.")
    return found


def require_same(found: Mapping[str, str], expected: Mapping[str, str]) -> None:
    """Raises ImagesDiffer, naming every image that is not what it should be."""
    names = sorted({*found, *expected})
    wrong = [
        f"{name}: {found.get(name, 'not built')}, expected {expected.get(name, 'none')}"
        for name in names
        if found.get(name) != expected.get(name)
    ]
    if wrong:
        raise ImagesDiffer(
            "the same sources gave other images",
            place=", ".join(line.partition(":")[0] for line in wrong),
            cure="Publish nothing: a cache is poisoned, or the build has a leak.\n"
            + "\n".join(wrong),
        )


def published(found: Mapping[str, str], lock: Path) -> list[ImageReference]:
    """Where the images that were built lie, by the lock. Raises NotPublished, Unreadable."""
    lines = _object(_read(lock), lock).get("images", {})
    return [_on_record(name, digest, lines.get(name), lock) for name, digest in found.items()]


def references_in(document: str) -> list[ImageReference]:
    """Read `{"gateway": "…@sha256:…"}`. Raises NoDigest for a tag, Unreadable for anything else."""
    place = Path("IMAGES")
    images = _object(document, place)
    if not images or not all(isinstance(reference, str) for reference in images.values()):
        raise Unreadable(
            "it is no JSON object of names and references",
            place=str(place),
            cure='Write {"gateway": "<repository>@sha256:<64 digits>"}.',
        )
    return [image_of(name, reference) for name, reference in images.items()]


def commit_in(text: str) -> str:
    """A commit's name in full. Raises Unreadable."""
    if not _COMMIT.fullmatch(text):
        raise Unreadable(
            "it is no commit's name in full", place="COMMIT", cure="Write its 40 digits."
        )
    return text


def map_of(images: Iterable[ImageReference]) -> dict[str, str]:
    """Name to reference, sorted: what `references_in` reads."""
    return {image.name: image.reference for image in _sorted(images)}


def subjects_of(images: Iterable[ImageReference]) -> list[dict[str, str]]:
    """What an attestation is about, an image each."""
    return [
        {"name": image.name, "repository": image.repository, "digest": image.digest}
        for image in _sorted(images)
    ]


def arguments_of(images: Iterable[ImageReference]) -> str:
    """What `mooring deploy rollout` takes; no part of a reference needs quotes."""
    return " ".join(f"--image {image.name}={image.reference}" for image in _sorted(images))


def _sorted(images: Iterable[ImageReference]) -> list[ImageReference]:
    return sorted(images, key=lambda image: image.name)


def _on_record(name: str, digest: str, line: Any, lock: Path) -> ImageReference:
    if not isinstance(line, dict) or line.get("digest") != digest:
        raise NotPublished(
            f"it has no line for {digest}",
            place=f"{lock}, {name}",
            cure="Publish it first: ./mooring images publish --registry <host>.",
        )
    return image_of(name, f"{line['repository']}@{digest}")


def _described(archive: Path) -> tuple[str, str]:
    """Name and digest from the one descriptor of an OCI archive's index."""
    try:
        with tarfile.open(archive) as tar:
            member = tar.extractfile("index.json")
            content = member.read(_LARGEST_INDEX) if member else b""
        (descriptor,) = json.loads(content)["manifests"]
        return str(descriptor["annotations"][_TITLE]), str(descriptor["digest"])
    except (OSError, tarfile.TarError, KeyError, ValueError, TypeError) as error:
        raise Unreadable(
            f"it is no image archive: {error}", place=str(archive), cure="Package it again."
        ) from None


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise Unreadable(
            f"it cannot be read: {error.strerror}", place=str(path), cure="See the step before."
        ) from None


def _object(document: str, place: Path) -> dict[str, Any]:
    try:
        found = json.loads(document)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Unreadable("it is no JSON object", place=str(place), cure="See who was to write it.")
    return found
