"""A Bento of which every byte follows from its ingredients.

BentoML 1.4.39 writes the time of the build into `bento.yaml`, lays the lock out anew and adds
itself to it once more without a hash, which `pip --require-hashes` refuses, and leaves the modes
and times of files to the machine.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from mooring.delivery.bento.errors import UnknownBento

# The oldest time that a zip archive can hold: `bentoml export` writes those too.
EPOCH = 315_532_800  # 1980-01-01T00:00:00Z

_FILE, _PROGRAM, _FOLDER = 0o644, 0o755, 0o755

_REQUIREMENTS = Path("env/python/requirements.txt")

# The same again, as it was before BentoML would have resolved it.
_REQUIREMENTS_IN = Path("env/python/requirements.in")


def normalise(bento: Path, *, lock: str, created: str) -> None:
    """Rewrite the Bento in place: `lock` as its requirements, `created` as the time it was made.

    Raises UnknownBento when BentoML wrote something else than is known here.
    """
    path = bento / "bento.yaml"
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    _put(document, ("creation_time",), created)
    _put(document, ("image", "python_requirements"), lock)
    # As BentoML writes it.
    path.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
    (bento / _REQUIREMENTS).write_text(lock, encoding="utf-8")
    (bento / _REQUIREMENTS_IN).unlink(missing_ok=True)


def settle(folder: Path) -> None:
    """Give every file below `folder` a mode and a time that do not tell where it was written.

    The folders last, from the deepest: whatever is done to a file changes the time of its folder.
    """
    for path in _deepest_first(folder):
        path.chmod(mode_of(path))
        os.utime(path, (EPOCH, EPOCH))


def mode_of(path: Path) -> int:
    """The mode of a file or folder of a Bento, whatever it has on this machine."""
    if path.is_dir():
        return _FOLDER
    return _PROGRAM if path.suffix == ".sh" else _FILE


def _put(document: Any, keys: tuple[str, ...], value: str) -> None:
    """Replace a text that must be there."""
    place = document
    for key in keys[:-1]:
        place = place.get(key) if isinstance(place, dict) else None
    if not isinstance(place, dict) or not isinstance(place.get(keys[-1]), str):
        raise UnknownBento(
            f"it has no text at {'.'.join(keys)}",
            place="bento.yaml",
            cure="Look at what this version of BentoML writes, and teach it to this module.",
        )
    place[keys[-1]] = value


def _deepest_first(folder: Path) -> Iterator[Path]:
    for root, _, files in os.walk(folder, topdown=False):
        yield from (Path(root) / name for name in files)
        yield Path(root)
