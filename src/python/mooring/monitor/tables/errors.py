"""What can go wrong with a model's tables.

MooringError
└── TablesError
    ├── TablesBusy        another monitor works on them
    └── TablesUnwritable  the disk or the table refuses; nothing of the step was committed
"""

from __future__ import annotations

from mooring.contract.errors import MooringError


class TablesError(MooringError):
    """Root of the tables' errors."""


class TablesBusy(TablesError):
    """The tables have one writer."""


class TablesUnwritable(TablesError):
    """A commit did not happen: its segments are where they were, for the next pass."""
