"""Why one job has nothing to hand to the next.

HandoverError
├── ImagesDiffer     two jobs built the same commit and got different images, or not the same ones
├── NotPublished     the lock has another digest for an image than its archive, or none
├── NotAModel        a name from outside that is no model of this checkout
├── NotAnIncident    an id from outside that is no plain name
├── NoVerdict        what a retrain left behind is no verdict
└── Unreadable       a file or document that another job should have left
"""

from __future__ import annotations

from mooring.contract.errors import MooringError


class HandoverError(MooringError):
    """Root of the handover package's errors."""


class ImagesDiffer(HandoverError):
    """The same sources did not give the same bytes: a poisoned cache, or a build with a leak."""


class NotPublished(HandoverError):
    """An image that should be in the registry is not on record there."""


class NotAModel(HandoverError):
    """Nothing of that name can be trained."""


class NotAnIncident(HandoverError):
    """Nobody asks under such an id."""


class NoVerdict(HandoverError):
    """The retrain failed before it came to a verdict."""


class Unreadable(HandoverError):
    """It is missing, or it is not what it should be."""
