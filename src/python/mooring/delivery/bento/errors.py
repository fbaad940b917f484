"""Why there is no Bento.

BentoBuildError
├── IngredientMissing   sources, champion or lock are not there, or not as they are packaged
├── PlaceTaken          what is to be written lies there already
├── BuilderFailed       BentoML's builder did not succeed, with its last words
└── UnknownBento        what BentoML wrote is not what is known how to normalise
"""

from __future__ import annotations

from mooring.contract.errors import MooringError


class BentoBuildError(MooringError):
    """Root of this package's errors."""


class IngredientMissing(BentoBuildError):
    """What a Bento is made of is incomplete."""


class PlaceTaken(BentoBuildError):
    """The folder to write to exists: never mixed with, never replaced."""


class BuilderFailed(BentoBuildError):
    """BentoML refused, or could not import the service."""


class UnknownBento(BentoBuildError):
    """BentoML writes its Bentos in another form than before."""
