"""A skops file is a zip, and a zip can be a bomb: it is unpacked here within caps, before skops.

Sizes in a zip are claims. A member that claims 100 bytes may unpack to gigabytes in the reader of
the standard library, which cuts only afterwards, so nothing but what was unpacked here in small
pieces goes on.
"""

from __future__ import annotations

import io
import re
import shutil
import zipfile

from mooring.bundle.errors import ModelUnloadable
from mooring.bundle.manifest import MODEL_SKOPS
from mooring.bundle.open import CAPS

# As much as a bundle may have unpacked.
LARGEST_UNPACKED = CAPS.bundle_bytes

# Read at once; the decompressor gives no more for one reading.
_PIECE = 1 << 20

# What skops writes: `schema.json` and flat files by number. No folder, hence no way out of one.
_MEMBER = re.compile(r"[A-Za-z0-9_-]{1,64}\.[a-z]{1,8}")
# Others unpack without a limit for one reading.
_PACKED = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})


def unpacked(archive: bytes, *, most: int = LARGEST_UNPACKED) -> bytes:
    """The same archive with every member stored as it is, of at most `most` bytes altogether.

    Raises ModelUnloadable; whatever zipfile raises for what is no zip.
    """
    plain = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as source, zipfile.ZipFile(plain, "w") as target:
        members = source.infolist()
        _check(members, most)
        for member in members:
            with source.open(member) as read, target.open(member.filename, "w") as written:
                shutil.copyfileobj(read, written, _PIECE)
    return plain.getvalue()


def _check(members: list[zipfile.ZipInfo], most: int) -> None:
    names = [member.filename for member in members]
    if len(set(names)) != len(names) or not all(map(_MEMBER.fullmatch, names)):
        raise _refused("its archive names files as skops never does")
    if not all(member.compress_type in _PACKED for member in members):
        raise _refused("its archive is packed as skops never does")
    if sum(member.file_size for member in members) > most:
        raise _refused(f"it unpacks to more than {most} bytes")


def _refused(problem: str) -> ModelUnloadable:
    return ModelUnloadable(problem, place=MODEL_SKOPS, cure="Train the model again.")
