"""Why there is no base image to build upon.

BaseError
├── BaseMissing           no archive of the locked digest in the cache
├── BaseLockUnreadable    the lock is not JSON of the shape this version writes
├── BaseTampered          the archive is cut short, or its content is not what its digests say
├── BaseDiffers           what was made or pulled has another digest than the lock
├── BaseUnwritable        the cache or the lock cannot be written, or the disk is full
├── PackageGone           a locked version has left the mirror
├── PackageTampered       a package's bytes are not those of the lock, or are no package
├── PackagesIncomplete    a package needs another that is neither taken nor left out with a reason
├── AptUnusable           no apt, no source for this suite, or no answer from it
├── InterpreterUnusable   the base's own python does not run on this machine
└── RegistryUnusable      no skopeo, no such reference, or a registry that refuses
"""

from __future__ import annotations

from mooring.contract.errors import MooringError


class BaseError(MooringError):
    """Root of the base package's errors."""


class BaseMissing(BaseError):
    """The cache holds no archive of the locked digest."""


class BaseLockUnreadable(BaseError):
    """`base.lock.json` cannot be parsed by this version."""


class BaseTampered(BaseError):
    """An archive is cut short, or a blob in it is not what its name says."""


class BaseDiffers(BaseError):
    """The base that was made or pulled is not the locked one."""


class BaseUnwritable(BaseError):
    """The cache or the lock cannot be written."""


class PackageGone(BaseError):
    """The mirror no longer has a locked version."""


class PackageTampered(BaseError):
    """A package file is not the locked one, or not readable as one."""


class PackagesIncomplete(BaseError):
    """The hand-chosen list of packages is not closed any more."""


class AptUnusable(BaseError):
    """Apt is not there, knows no source for the suite, or gets no answer."""


class InterpreterUnusable(BaseError):
    """The interpreter of the base does not run here."""


class RegistryUnusable(BaseError):
    """Nothing can be pulled: no skopeo, a bad reference, or a registry that refuses."""
