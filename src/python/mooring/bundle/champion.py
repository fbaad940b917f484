"""The champion as it is shipped: its bundle, and what a service has to know of the release.

    champion/champion.json        model, version and id of the bundle
    champion/<first 16 digits>/   the bundle, without its provenance

`release.json` says more, and changes with every challenger and every reason. What is built from a
champion must not change with those.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mooring.bundle.errors import ReleaseError
from mooring.bundle.manifest import MANIFEST, SIGNATURE, Sha256
from mooring.bundle.open import CAPS, Bundle, read_capped
from mooring.bundle.signature import is_signed

# The folder, wherever a champion lies.
CHAMPION = "champion"

_FACTS = "champion.json"


class Champion(BaseModel):
    """A champion of the release: what its answers are signed with, and since when it is one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1] = 1
    model: str
    version: int = Field(ge=1)
    bundle: Sha256
    promoted_at: str

    def to_json(self) -> bytes:
        """Write `champion.json`."""
        return (json.dumps(self.model_dump(mode="json"), indent=2) + "\n").encode()


@dataclass(frozen=True)
class Shipped:
    """A champion and the folder of its bundle, of which nothing is verified."""

    champion: Champion
    path: Path


def champion_files(champion: Champion, bundle: Bundle) -> Mapping[str, bytes]:
    """The content of the folder, by path: the very bytes that were verified.

    The provenance stays behind: it is not part of the id, so two stores may have two of it, and one
    bundle would be shipped as two.
    """
    files = {MANIFEST: bundle.manifest.to_json(), **bundle.files}
    if is_signed(bundle):
        files[SIGNATURE] = read_capped(bundle.path / SIGNATURE, CAPS.manifest_bytes)
    name = bundle.id[:16]
    return {_FACTS: champion.to_json(), **{f"{name}/{file}": c for file, c in files.items()}}


def read_champion(folder: Path) -> Shipped | None:
    """The champion in `folder`, None where there is no such folder. Raises ReleaseError."""
    path = folder / _FACTS
    try:
        champion = Champion.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except ValidationError:
        raise ReleaseError(
            "it is not what `pants package` writes", place=str(path), cure="Build the Bento again."
        ) from None
    return Shipped(champion, folder / champion.bundle[:16])
