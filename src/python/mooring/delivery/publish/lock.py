"""`deploy/images.lock.json`: which images lie in which registry, by digest. Deployment reads this
and nothing else, so an image has a line only once it is safely there.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from mooring.bundle.atomic import write_file
from mooring.delivery.oci.documents import tag_of
from mooring.delivery.publish.errors import (
    LockChanged,
    LockUnreadable,
    LockUnwritable,
    NotPublished,
)

# Where it lies below the checkout.
IMAGES_LOCK = Path("deploy", "images.lock.json")

Digest = Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]
# A part of a repository's path, after the OCI distribution specification.
ImageName = Annotated[str, Field(pattern=r"^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*$", max_length=64)]
# Host, optional port, path: https://github.com/opencontainers/distribution-spec/blob/main/spec.md
Repository = Annotated[
    str,
    Field(pattern=r"^[A-Za-z0-9.\[\]:-]+(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)+$"),
]

_CLOSED = ConfigDict(frozen=True, extra="forbid")
_CURE = "Restore it from git: git checkout -- <file>."


class PublishedImage(BaseModel):
    """One image in a registry: `digest` is that of its index, `platforms` those of its manifests,
    `base` that of the index it was built on, `bytes` what all of it weighs compressed.
    """

    model_config = _CLOSED

    repository: Repository
    tag: str
    digest: Digest
    base: Digest
    bytes: int = Field(gt=0)
    platforms: dict[str, Digest] = Field(min_length=1)

    @field_validator("platforms")
    @classmethod
    def _sorted(cls, platforms: dict[str, str]) -> dict[str, str]:
        return dict(sorted(platforms.items()))

    @model_validator(mode="after")
    def _tag_is_of_the_digest(self) -> PublishedImage:
        if self.tag != tag_of(self.digest):
            raise ValueError(f"the tag must be {tag_of(self.digest)}, made from the digest")
        return self

    @property
    def reference(self) -> str:
        """What to deploy: `repository@sha256:…`, which no push can change."""
        return f"{self.repository}@{self.digest}"


class ImagesLock(BaseModel):
    """All published images, by name, sorted."""

    model_config = _CLOSED

    format: Literal[1] = 1
    images: dict[ImageName, PublishedImage] = Field(default_factory=dict)

    def image(self, name: str) -> PublishedImage:
        """The line of one image. Raises NotPublished."""
        if name in self.images:
            return self.images[name]
        raise NotPublished(
            f"no image {name} is published; there is {', '.join(self.images) or 'none'}",
            place=str(IMAGES_LOCK),
            cure="Publish it first: ./mooring images publish --registry <host>.",
        )

    def with_image(self, name: str, image: PublishedImage) -> ImagesLock:
        """The same with one line replaced or added."""
        return ImagesLock(images=dict(sorted({**self.images, name: image}.items())))

    def to_json(self) -> bytes:
        """Write the file, one field a line so that diffs in git are readable."""
        document = self.model_dump(mode="json")
        return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()


def read_images_lock(path: Path) -> ImagesLock:
    """Read what is published; a file that is not there holds no images. Raises LockUnreadable."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return ImagesLock()
    except OSError as error:
        raise _unreadable(path, f"it cannot be read: {error.strerror}") from None
    return _parse(path, content)


def record_image(
    path: Path, name: str, image: PublishedImage, *, before: PublishedImage | None
) -> None:
    """Replace the line of one image and keep every other as it is by now.

    `before` is the line as it was when the push began. Raises LockChanged when it is another now,
    LockUnwritable when the disk says no.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _locked(path.parent):
            _replace(path, name, image, before)
    except OSError as error:
        raise LockUnwritable(
            f"it cannot be written: {error.strerror}",
            place=str(path),
            cure=f"The image {name} lies in the registry; mend it and publish again, "
            "which pushes nothing and writes this line.",
        ) from None


def _replace(path: Path, name: str, image: PublishedImage, before: PublishedImage | None) -> None:
    lock = read_images_lock(path)
    now = lock.images.get(name)
    if now == image:
        return
    if now != before:
        raise LockChanged(
            f"the line of {name} was changed meanwhile",
            place=str(path),
            cure="Two publish different contents of one image: see which one is wanted.",
        )
    write_file(path, lock.with_image(name, image).to_json())


def _parse(path: Path, content: bytes) -> ImagesLock:
    try:
        return ImagesLock.model_validate(json.loads(content, object_pairs_hook=_once))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        field = ".".join(map(str, first["loc"])) or "the document"
        raise _unreadable(path, f"{field}: {first['msg']}") from None
    except (ValueError, RecursionError) as error:  # no JSON, no UTF-8, or a name twice
        raise _unreadable(path, str(error)) from None


def _once(pairs: list[tuple[str, Any]]) -> Mapping[str, Any]:
    """A badly merged file may name an image twice, of which JSON would silently keep one."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name is there twice")
    return found


def _unreadable(path: Path, problem: str) -> LockUnreadable:
    return LockUnreadable(problem, place=str(path), cure=_CURE)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold an advisory lock on the folder itself: no lock file to leave behind."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
