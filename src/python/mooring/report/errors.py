"""What can go wrong with a report.

MooringError
└── ReportError
    ├── NothingWatched   the monitor has counted nothing of the model yet
    ├── NoDays           it has, but no day of the time that was asked for
    └── PeerFailed       evidently's own report could not be made
"""

from __future__ import annotations

from mooring.contract.errors import MooringError


class ReportError(MooringError):
    """Root of the report's errors."""


class NothingWatched(ReportError):
    """No day of the model was ever counted."""


class NoDays(ReportError):
    """No day of the time that was asked for was counted."""


class PeerFailed(ReportError):
    """The process that makes evidently's report is missing, or failed."""
