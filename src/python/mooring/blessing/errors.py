"""Why nothing is promoted.

BlessingError
├── GateUnusable      the gate's declaration does not fit the contract
├── NotBlessed        a required blessing is missing, refused or inconclusive
└── PromotionRefused  the release may not be changed this way
"""

from __future__ import annotations

from mooring.contract.errors import MooringError


class BlessingError(MooringError):
    """Root of the blessing package's errors."""


class GateUnusable(BlessingError):
    """A gate names a metric or a slice that the model does not have."""


class NotBlessed(BlessingError):
    """The evidence that the gate requires is not there."""


class PromotionRefused(BlessingError):
    """This change of the release makes no sense or loses something."""
