"""What can go wrong in the monitor, once it has started (process/errors.py).

MooringError
└── MonitorError
    ├── StateError              what it remembers: `state.db`
    │   ├── StateDamaged        it is no database of ours, or a page of it is broken
    │   ├── StateTooNew         a newer monitor wrote it
    │   ├── StateInUse          another monitor works with it
    │   └── StateUnwritable     the disk is full, or refuses
    └── Unwatchable             a model whose champion cannot be watched, and why
"""

from __future__ import annotations

from mooring.contract.errors import MooringError


class MonitorError(MooringError):
    """Root of the monitor's errors."""


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
