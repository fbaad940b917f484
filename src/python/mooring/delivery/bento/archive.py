"""A Bento as one file for `bentoml import`: a plain tar with `bento.yaml` at its root.

Names, modes and contents decide its bytes; Pants' own `archive` writes the time of the build.
"""

from __future__ import annotations

import tarfile
from io import BytesIO
from pathlib import Path

from mooring.bundle.atomic import write_file
from mooring.delivery.bento.errors import IngredientMissing
from mooring.delivery.bento.normal import EPOCH, mode_of

BENTO = "bento.yaml"


def archive_bento(bento: Path, into: Path) -> None:
    """Write the Bento into the file `into`, in one step. Raises IngredientMissing."""
    if not (bento / BENTO).is_file():
        raise IngredientMissing(
            f"it has no {BENTO}", place=str(bento), cure="Name the folder of a built Bento."
        )
    buffer = BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for path in sorted(bento.rglob("*")):
            tar.addfile(*_entry(path, str(path.relative_to(bento))))
    write_file(into, buffer.getvalue())


def _entry(path: Path, name: str) -> tuple[tarfile.TarInfo, BytesIO]:
    entry = tarfile.TarInfo(name)
    content = b"" if path.is_dir() else path.read_bytes()
    entry.type = tarfile.DIRTYPE if path.is_dir() else tarfile.REGTYPE
    entry.size, entry.mode, entry.mtime = len(content), mode_of(path), EPOCH
    return entry, BytesIO(content)
