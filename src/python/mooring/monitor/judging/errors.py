"""Why a day cannot be judged.

JudgingError
├── ReferenceMismatch   the reference is of another contract than the model
└── PartsMismatch       summaries of different days or versions are no parts of one
"""

from __future__ import annotations

from mooring.contract.errors import MooringError


class JudgingError(MooringError):
    """Root of the errors of judging."""


class ReferenceMismatch(JudgingError):
    """The reference was frozen under another version of the contract, or for another model."""


class PartsMismatch(JudgingError):
    """Parts of one summary are of one version and one day."""
