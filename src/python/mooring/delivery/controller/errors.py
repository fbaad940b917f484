"""What can go wrong in a rollout.

MooringError
└── ControllerError
    ├── BadPlan             how a rollout goes, as a person wrote it
    ├── BadState            what a rollout has come to, as it lies on the disk
    ├── AnotherWriter       somebody else writes the routing document
    ├── NoHigherVersion     no gateway would follow a new document
    └── LedgerRefused       the release cannot be changed this way, now or later
"""

from __future__ import annotations

from mooring.contract.errors import MooringError


class ControllerError(MooringError):
    """Root of the controller's errors."""


class BadPlan(ControllerError):
    """A file of settings that cannot be used."""


class BadState(ControllerError):
    """The file that a rollout is resumed from cannot be read."""


class AnotherWriter(ControllerError):
    """The routing document has a writer already."""


class NoHigherVersion(ControllerError):
    """The document's version is the highest that there is."""


class LedgerRefused(ControllerError):
    """A promotion or a withdrawal that trying again does not help."""
