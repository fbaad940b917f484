"""Why nothing can be said of drift.

DriftError
└── ReferenceUnreadable   `reference.json` is not what training writes
"""

from __future__ import annotations

from mooring.contract.errors import MooringError


class DriftError(MooringError):
    """Root of the drift package's errors."""


class ReferenceUnreadable(DriftError):
    """`reference.json` cannot be parsed by this version, or contradicts itself."""
