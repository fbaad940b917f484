"""An archive is what its digests say: read once, every blob hashed. Standard library only."""

from __future__ import annotations

import hashlib
import json
import tarfile
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any, NamedTuple, cast

from mooring.delivery.base.errors import BaseTampered

# Documents, not layers: an index or a config of this size is nobody's.
LARGEST_DOCUMENT = 4 * 1024 * 1024

_BLOBS = "blobs/sha256/"
_CHUNK = 1024 * 1024


class Blob(NamedTuple):
    """What is known of a blob: its size in bytes, and its content where it is small."""

    size: int
    content: bytes


def verify_archive(path: Path, digest: str, manifests: Iterable[str]) -> int:
    """Whether `path` holds the index `digest` and all below `manifests`; gives their bytes.

    Raises BaseTampered.
    """
    try:
        blobs = _blobs(path)
        named = [entry["digest"] for entry in _document(blobs, digest)["manifests"]]
        if missing := set(manifests) - set(named):
            raise _tampered(path, f"its index does not name {min(missing)}")
        return sum(blobs[name].size for name in _needed(blobs, digest, list(manifests)))
    except KeyError as error:
        raise _tampered(path, f"{error.args[0]} is not in it") from None
    except (tarfile.TarError, EOFError, ValueError, TypeError, AttributeError):
        raise _tampered(path, "it is cut short, or no OCI archive") from None


def _needed(blobs: dict[str, Blob], digest: str, manifests: list[str]) -> set[str]:
    """The index, the manifests, and what these name."""
    found = {digest, *manifests}
    for manifest in manifests:
        document = _document(blobs, manifest)
        found |= {entry["digest"] for entry in (document["config"], *document["layers"])}
    for name in found:
        blobs[name]  # a KeyError says which one is missing
    return found


def _blobs(path: Path) -> dict[str, Blob]:
    with tarfile.open(path, "r:") as archive:
        files = [m for m in archive if m.isfile() and m.name.startswith(_BLOBS)]
        return {f"sha256:{m.name[len(_BLOBS):]}": _blob(path, archive, m) for m in files}


def _blob(path: Path, archive: tarfile.TarFile, member: tarfile.TarInfo) -> Blob:
    hashed, kept = _hashed(cast(IO[bytes], archive.extractfile(member)), member.size)
    if hashed != member.name[len(_BLOBS) :]:
        raise _tampered(path, f"{member.name} has another content than its name says")
    return Blob(member.size, kept)


def _hashed(file: IO[bytes], size: int) -> tuple[str, bytes]:
    digest, kept = hashlib.sha256(), b""
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
        kept += chunk if size <= LARGEST_DOCUMENT else b""
    return digest.hexdigest(), kept


def _document(blobs: dict[str, Blob], digest: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(blobs[digest].content)
    return document


def _tampered(path: Path, problem: str) -> BaseTampered:
    return BaseTampered(
        problem, place=str(path), cure="Remove the file and run ./mooring images base."
    )
