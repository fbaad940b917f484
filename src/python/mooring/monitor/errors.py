"""What can go wrong in the monitor.

MooringError
└── MonitorError
    ├── StartError              the process cannot start; says so in one line
    │   ├── BadSetting          exit 78: an environment variable, or a key of the file
    │   ├── BadSettings         exit 78: several of them
    │   └── PortTaken           exit 69: an address that cannot be listened on
    ├── StateError              what it remembers: `state.db`
    │   ├── StateDamaged        it is no database of ours, or a page of it is broken
    │   ├── StateTooNew         a newer monitor wrote it
    │   ├── StateInUse          another monitor works with it
    │   └── StateUnwritable     the disk is full, or refuses
    └── Unwatchable             a model whose champion cannot be watched, and why
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import ClassVar

from mooring.contract.errors import MooringError


class MonitorError(MooringError):
    """Root of the monitor's errors."""


class StartError(MonitorError):
    """The process cannot start; `exit_code` after sysexits(3)."""

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


class StateError(MonitorError):
    """What the monitor remembers cannot be read or written."""


class StateDamaged(StateError):
    """It is no database of ours, or parts of it are broken."""


class StateTooNew(StateError):
    """A newer monitor wrote it."""


class StateInUse(StateError):
    """Another monitor works with it."""


class StateUnwritable(StateError):
    """The disk is full, or refuses; what was written before still holds."""


class Unwatchable(MonitorError):
    """A model's champion that cannot be watched."""
