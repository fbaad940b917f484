"""Why there is no bill of materials.

SbomError
└── BillIncomplete   something is in the image of which its lock does not tell
"""

from __future__ import annotations

from mooring.contract.errors import MooringError


class SbomError(MooringError):
    """Root of the sbom package's errors."""


class BillIncomplete(SbomError):
    """An image holds what its lock does not name."""
