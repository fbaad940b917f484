"""Why no plan can be made.

PlanError
├── NotACheckout       no git work tree with Pants in it, or no git
├── UnknownRevision    git does not know the revision that changes are counted from
├── ShallowHistory     the clone was cut off before that revision
├── NoMergeBase        the revision and HEAD have no common past
├── GitFailed          git itself refused
└── PantsFailed        Pants refused: its own message is shown
"""

from __future__ import annotations

from mooring.contract.errors import MooringError


class PlanError(MooringError):
    """Root of the plan package's errors."""


class NotACheckout(PlanError):
    """There is no git work tree here, or none that Pants builds."""


class UnknownRevision(PlanError):
    """The revision that changes are counted from is not in this repository."""


class ShallowHistory(PlanError):
    """The clone does not reach back to where the changes began."""


class NoMergeBase(PlanError):
    """The revision and HEAD have nothing in common, so nothing says what has changed."""


class GitFailed(PlanError):
    """Git ended with an error."""


class PantsFailed(PlanError):
    """Pants ended with an error: the change, or the checkout, is broken."""
