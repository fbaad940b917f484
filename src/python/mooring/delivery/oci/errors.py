"""What can be wrong with an image.

MooringError
└── ImageError
    ├── ImageUnreadable    it is no image archive, or it is cut short or altered
    └── ImageUnbuildable   what it should be made of does not fit together
"""

from __future__ import annotations

from mooring.contract.errors import MooringError


class ImageError(MooringError):
    """Root of the errors about images."""


class ImageUnreadable(ImageError):
    """An archive that is no OCI image, is cut short, or holds other bytes than its digests say."""


class ImageUnbuildable(ImageError):
    """Layers, base or settings that do not make one image."""
