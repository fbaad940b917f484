"""Why a server on this machine is not there.

ProcessError
├── PortInUse        somebody else listens there
├── ProcessFailed    a server ended, or did not become ready in time
└── StartError       this process cannot start; it says so in one line and ends
    ├── BadSetting   exit 78: an environment variable, or a key of the settings' file
    ├── BadSettings  exit 78: several of them
    └── PortTaken    exit 69: an address that it cannot listen on
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import ClassVar

from mooring.contract.errors import MooringError


class ProcessError(MooringError):
    """Root of the process package's errors."""


class PortInUse(ProcessError):
    """A port that a server needs is taken."""


class ProcessFailed(ProcessError):
    """A server that was started is not there."""


class StartError(ProcessError):
    """This process cannot start; `exit_code` after sysexits(3)."""

    exit_code: ClassVar[int] = os.EX_CONFIG


class BadSetting(StartError):
    """An environment variable, or a key of the settings' file, that cannot be used."""


class BadSettings(StartError):
    """Several of them, told at once: one on each line."""

    def __init__(self, faults: Sequence[BadSetting]) -> None:
        super().__init__(f"{len(faults)} settings cannot be used")
        self.faults = tuple(faults)

    def __str__(self) -> str:
        return "\n".join(map(str, self.faults))


class PortTaken(StartError):
    """An address that cannot be listened on."""

    exit_code = os.EX_UNAVAILABLE
