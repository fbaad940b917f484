"""References by digest, the only kind that is deployed."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mooring.delivery.rollout.errors import NoDigest

# The name of an image, and a repository with its host, after the OCI distribution specification.
_NAME = r"[a-z0-9]+(?:[._-][a-z0-9]+)*"
_REPOSITORY = r"[A-Za-z0-9.-]+(?::[0-9]{1,5})?(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)+"
_REFERENCE = re.compile(rf"(?P<repository>{_REPOSITORY})@(?P<digest>sha256:[0-9a-f]{{64}})")

# Nothing that a registry or a cluster accepts is longer.
_LONGEST = 512


@dataclass(frozen=True)
class ImageReference:
    """An image of ours and where its bytes lie: `gateway`, `ghcr.io/…/gateway@sha256:…`."""

    name: str
    repository: str
    digest: str

    @property
    def reference(self) -> str:
        """What a cluster is given."""
        return f"{self.repository}@{self.digest}"

    @property
    def deployment(self) -> str:
        """The name of its Deployment and of the container in it: Kubernetes takes no underscore."""
        return re.sub(r"[._]", "-", self.name)


def parse_image(text: str) -> ImageReference:
    """Read `name=repository@sha256:…`. Raises NoDigest.

    >>> parse_image("gateway=ghcr.io/o/gateway:latest")
    Traceback (most recent call last):
    mooring.delivery.rollout.errors.NoDigest: --image gateway: it is no reference by digest. Write \
gateway=<repository>@sha256:<64 digits>; what a tag names can change.
    """
    name, _, reference = text.partition("=")
    return image_of(name, reference)


def image_of(name: str, reference: str) -> ImageReference:
    """The same from its two parts. Raises NoDigest."""
    if not re.fullmatch(_NAME, name[:_LONGEST]):
        raise NoDigest(
            "it does not begin with an image's name",
            place="--image",
            cure="Write <name>=<repository>@sha256:<64 digits>.",
        )
    found = _REFERENCE.fullmatch(reference) if len(reference) <= _LONGEST else None
    if found is None:
        raise NoDigest(
            "it is no reference by digest",
            place=f"--image {name}",
            cure=f"Write {name}=<repository>@sha256:<64 digits>; what a tag names can change.",
        )
    return ImageReference(name, found["repository"], found["digest"])
