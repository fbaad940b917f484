"""Why a champion cannot be shipped, apart from what its bundle is refused for.

BundlingError
├── NoChampion          the model has none: nothing of it is released
├── ReleaseDiffers      the release says another size than the bundle has
└── PlaceTaken          what is to be written lies there already
"""

from __future__ import annotations

from mooring.contract.errors import MooringError


class BundlingError(MooringError):
    """Root of this package's errors."""


class NoChampion(BundlingError):
    """There is nothing to ship."""


class ReleaseDiffers(BundlingError):
    """`release.json` was edited by hand, or is another bundle's."""


class PlaceTaken(BundlingError):
    """The folder to write to exists: never mixed with, never replaced."""
