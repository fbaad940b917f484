"""Publishing one image: ask for its content tag, push what is missing, look again, then record.

The order is the promise. The tag is the last thing a push writes and the record comes after the
look, so a run that ends anywhere leaves either nothing that has a name, or an image that is whole.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from mooring.delivery.oci.archive import ImageArchive
from mooring.delivery.oci.documents import tag_of
from mooring.delivery.publish.address import repository_at
from mooring.delivery.publish.archives import base_of, bytes_of, sizes_of, unpack
from mooring.delivery.publish.errors import NoRoom, PushLost, TagTaken
from mooring.delivery.publish.lock import PublishedImage, read_images_lock, record_image
from mooring.delivery.publish.patience import Deadline, Patience, Persistence
from mooring.delivery.publish.skopeo import Skopeo

State = Literal["pushed", "present", "missing"]

_MB = 1_000_000
# Asking for a tag is one small request.
_ASK_SECONDS = 60.0


@dataclass(frozen=True)
class Registry:
    """Where to publish, and how hard to try; `say` hears of every new try."""

    name: str
    insecure: bool = False
    patience: Patience = field(default_factory=Patience)
    say: Callable[[str], None] = lambda text: None

    @property
    def persistence(self) -> Persistence:
        """How to ask it."""
        return Persistence(self.patience, self.say)


@dataclass(frozen=True)
class Outcome:
    """What became of one image: it was `pushed`, already `present`, or found `missing` by who only
    looked. `sent` counts the bytes of blobs that the registry did not have.
    """

    name: str
    image: PublishedImage
    state: State
    sent: int = 0


def published_as(archive: ImageArchive, registry: str) -> PublishedImage:
    """The line of an image once it lies in `registry`. Raises RegistryUnnamed."""
    return PublishedImage(
        repository=repository_at(registry, archive.name),
        tag=tag_of(archive.digest),
        digest=archive.digest,
        base=base_of(archive),
        bytes=bytes_of(archive),
        platforms={each.platform: each.digest for each in archive.platforms},
    )


def look_for(archive: ImageArchive, registry: Registry) -> Outcome:
    """Say whether an image lies in the registry, and change nothing. Raises PublishError."""
    image = published_as(archive, registry.name)
    with TemporaryDirectory(prefix="mooring-publish-") as scratch:
        skopeo = Skopeo(Path(scratch), registry.insecure)
        found = _is_there(image, skopeo, registry, registry.persistence.deadline())
    return Outcome(archive.name, image, "present" if found else "missing")


def publish(
    archive: ImageArchive,
    registry: Registry,
    lock: Path,
    tell: Callable[[str], None] = lambda far: None,
) -> Outcome:
    """Bring an image that was checked into the registry, unless it lies there, and record it.

    `tell` hears how far it is. Raises PublishError, ImageUnreadable when the archive changes
    meanwhile.
    """
    image = published_as(archive, registry.name)
    before = read_images_lock(lock).images.get(archive.name)
    deadline = registry.persistence.deadline()
    with TemporaryDirectory(prefix="mooring-publish-") as scratch:
        skopeo = Skopeo(Path(scratch), registry.insecure)
        if _is_there(image, skopeo, registry, deadline):
            outcome = Outcome(archive.name, image, "present")
        else:
            sent = _push(archive, image, skopeo, registry, deadline, tell)
            outcome = Outcome(archive.name, image, "pushed", sent)
    record_image(lock, archive.name, image, before=before)
    return outcome


def _push(
    archive: ImageArchive,
    image: PublishedImage,
    skopeo: Skopeo,
    registry: Registry,
    deadline: Deadline,
    tell: Callable[[str], None],
) -> int:
    layout = _unpacked(archive, skopeo.scratch)
    sent: set[str] = set()

    def watch(hexes: set[str]) -> None:
        sent.update(hexes)
        tell(f"{sizes_of(archive, sent) / _MB:.1f} of at most {image.bytes / _MB:.1f} MB")

    registry.persistence.ask(
        deadline,
        lambda seconds: skopeo.push(layout, image.repository, image.tag, seconds, watch),
    )
    if not _is_there(image, skopeo, registry, deadline):
        raise PushLost(
            f"{image.tag} was pushed and is not there",
            place=image.repository,
            cure="The registry has lost it; nothing was recorded. Ask who runs it.",
        )
    return sizes_of(archive, sent)


def _unpacked(archive: ImageArchive, scratch: Path) -> Path:
    layout = scratch / "image"
    try:
        unpack(archive, layout)
    except OSError as error:
        raise NoRoom(
            f"the image {archive.name} cannot be unpacked: {error.strerror}",
            place=str(scratch.parent),
            cure=f"Make room for {bytes_of(archive) / _MB:.0f} MB, or point TMPDIR elsewhere.",
        ) from None
    return layout


def _is_there(
    image: PublishedImage, skopeo: Skopeo, registry: Registry, deadline: Deadline
) -> bool:
    """Whether the tag is there and means this image. Raises TagTaken when it means another."""
    found = registry.persistence.ask(
        deadline,
        lambda seconds: skopeo.digest_at(image.repository, image.tag, min(seconds, _ASK_SECONDS)),
    )
    if found not in (None, image.digest):
        raise TagTaken(
            f"{image.tag} is {found} there and {image.digest} here; it is not overwritten",
            place=image.repository,
            cure="A tag is made from the digest, so somebody else pushed this one: find out who.",
        )
    return found is not None
