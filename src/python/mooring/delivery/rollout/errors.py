"""Why a rollout did not happen, or did not last.

RolloutError
├── NoDigest            a reference that a push could change
├── KubectlMissing      the program that talks to the cluster is not installed
├── ClusterRefused      the cluster says no, or does not answer
├── NothingToChange     no deployment of that name, or none of its containers has it
├── RolloutFailed       it did not come up; what was changed has been undone
├── UndoFailed          it did not come up, and could not be undone: somebody has to look now
├── NothingToUndo       no rollout is on record, or it has been overtaken by another
├── VerificationFailed  it came up and does not answer as the release promises
└── CredentialRefused   there is no identity token for this job
"""

from __future__ import annotations

from mooring.contract.errors import MooringError


class RolloutError(MooringError):
    """Root of the rollout package's errors."""


class NoDigest(RolloutError):
    """A reference without a digest names something else tomorrow."""


class KubectlMissing(RolloutError):
    """kubectl is not on PATH."""


class ClusterRefused(RolloutError):
    """kubectl ended with an error."""


class NothingToChange(RolloutError):
    """The cluster does not have what is to be changed. Found before anything is changed."""


class RolloutFailed(RolloutError):
    """New pods did not become ready in time; the old ones are back."""


class UndoFailed(RolloutError):
    """The old pods are not back either."""


class NothingToUndo(RolloutError):
    """There is no rollout that a rollback could take back."""


class VerificationFailed(RolloutError):
    """What is served through the public address is not the release."""


class CredentialRefused(RolloutError):
    """The identity token that the cluster asks for cannot be had."""
