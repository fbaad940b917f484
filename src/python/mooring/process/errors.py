"""Why a server on this machine is not there.

ProcessError
├── PortInUse      somebody else listens there
└── ProcessFailed  a server ended, or did not become ready in time
"""

from __future__ import annotations

from mooring.contract.errors import MooringError


class ProcessError(MooringError):
    """Root of the process package's errors."""


class PortInUse(ProcessError):
    """A port that a server needs is taken."""


class ProcessFailed(ProcessError):
    """A server that was started is not there."""
