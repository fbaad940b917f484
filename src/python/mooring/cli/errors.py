"""What a person at the command line can get wrong, or what the machine lacks.

CommandError
├── UnknownModel      no such folder below models/
├── NoContract        no contract.json, bundle or model of that name
├── NoHistory         no release of the model was ever committed
├── NothingToBless    no candidate has been trained
├── NothingReleased   no champion, or nobody of that role or version
├── ChampionUnusable  the gate asks for a comparison and the champion's bundle does not load
├── GitRefused        git says no, or the file has uncommitted changes
└── GatewaySaidNo     the gateway answered with a problem
"""

from __future__ import annotations

from mooring.contract.errors import MooringError


class CommandError(MooringError):
    """Root of the command line's errors."""


class UnknownModel(CommandError):
    """There is no model of that name."""


class NoContract(CommandError):
    """What was named holds no contract."""


class NoHistory(CommandError):
    """Git knows of no release of the model."""


class NothingToBless(CommandError):
    """No bundle was named and none has been trained."""


class NothingReleased(CommandError):
    """The model has no champion, or nobody of the role that was asked for."""


class ChampionUnusable(CommandError):
    """The champion that a candidate must stand up to is gone or damaged."""


class GitRefused(CommandError):
    """The release cannot be recorded in git."""


class GatewaySaidNo(CommandError):
    """The gateway could not be reached or refused the request."""
