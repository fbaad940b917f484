"""Why an image is not published, or the record of what is cannot be used.

PublishError
├── NoArchive            no image archive, or two that claim one name
├── NoRoom               the folder for temporary files is full
├── RegistryUnnamed      what was given is no host with an optional prefix
├── SkopeoUnusable       the program that talks to registries is not installed, or was killed
├── RegistryRefused      not allowed, no such place, or no registry at all; asking again is no use
├── RegistryUnreachable  no answer in time, or nothing but errors of its own
├── TagTaken             the content tag names another image there
├── PushLost             the registry took an image and gives back another
└── LockError            deploy/images.lock.json
    ├── LockUnreadable   not JSON, or not of this format
    ├── LockUnwritable   disk full, or not allowed
    ├── LockChanged      somebody else published the same image meanwhile
    └── NotPublished     no line for an image

An archive that is cut short or altered is `mooring.delivery.oci.errors.ImageUnreadable`.
"""

from __future__ import annotations

from mooring.contract.errors import MooringError


class PublishError(MooringError):
    """Root of the publish package's errors."""


class NoArchive(PublishError):
    """There is nothing to publish, or it is not clear which."""


class NoRoom(PublishError):
    """An image cannot be unpacked, which skopeo needs to push it."""


class RegistryUnnamed(PublishError):
    """The registry's name cannot be one."""


class SkopeoUnusable(PublishError):
    """skopeo is not on PATH, or ended in a way that says nothing of the registry."""


class RegistryRefused(PublishError):
    """The registry answers, and says no."""


class RegistryUnreachable(PublishError):
    """The registry does not answer, or not in time, or only with errors of its own."""


class TagTaken(PublishError):
    """A tag that is made from a digest names something else."""


class PushLost(PublishError):
    """What lies in the registry after a push is not what was pushed."""


class LockError(PublishError):
    """The record of what is published cannot be read or written."""


class LockUnreadable(LockError):
    """The record cannot be parsed by this version."""


class LockUnwritable(LockError):
    """The record cannot be written; the image lies in the registry all the same."""


class LockChanged(LockError):
    """The line of an image is neither what it was nor what it is to become."""


class NotPublished(LockError):
    """The record has no line for an image."""
