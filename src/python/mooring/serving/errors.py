"""Why the model service does not serve, or does not answer a request; none of them knows HTTP.

Every message is one line, fit for a log and for a caller:

    ServingError
    ├── InvalidSettings     the environment does not say which bundle to serve
    ├── NotReady            there is no proven model in this process
    ├── TokenRefused        the sender has not the token of the hop
    ├── UnsupportedBody     a body in another form than the route takes
    ├── BodyTooLarge        a body beyond what the contract allows
    ├── ContractDiffers     columns that were laid out by another contract
    ├── DeadlinePassed      nobody waits for the answer any more
    └── InvalidPrediction   the model answered with something that is no prediction
"""

from __future__ import annotations

from mooring.contract.errors import MooringError


class ServingError(MooringError):
    """Root of the serving package's errors."""


class InvalidSettings(ServingError):
    """The environment names no bundle, or one of another model."""


class NotReady(ServingError):
    """The bundle was refused or is not loaded; the problem says which and why."""


class TokenRefused(ServingError):
    """The sender has not shown that it is the gateway."""


class UnsupportedBody(ServingError):
    """The content type is not the one that the route takes."""


class BodyTooLarge(ServingError):
    """More bytes than any valid request of this contract can have."""


class ContractDiffers(ServingError):
    """The sender laid out its columns by a contract that this bundle does not have."""


class DeadlinePassed(ServingError):
    """The sender said how long it waits, and that is over."""


class InvalidPrediction(ServingError):
    """Not one finite number per row: never passed on as if it were an answer."""
