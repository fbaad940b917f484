"""What can go wrong with a replay."""

from __future__ import annotations

from mooring.contract.errors import MooringError


class ReplayError(MooringError):
    """A replay cannot begin, or not go on."""


class OtherReplay(ReplayError):
    """The folder holds a replay of something else, or of other days."""


class GatewayRefused(ReplayError):
    """The gateway does not answer, or answers with something else than predictions."""


class NoLabelTimes(ReplayError):
    """The model does not say when its labels become known."""
