"""Whom the monitor watches: each model's champion by its `release.json`, and its bundle."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import ValidationError

from mooring.bundle.release import Release, Released, read_release
from mooring.bundle.store import cache_in, open_resolved
from mooring.contract.contract import Contract
from mooring.contract.routing import Routing
from mooring.drift.reference import Reference, read_reference
from mooring.monitor.errors import Unwatchable
from mooring.predictionlog.layout import MODEL_NAME

RELEASE = "release.json"
REFERENCE = "reference.json"


@dataclass(frozen=True)
class Champion:
    """The champion of a model, what it promises and what its rows were before it served."""

    model: str
    version: int
    bundle: str
    contract: Contract
    reference: Reference


class Champions:
    """The champions of a folder of models; a bundle is opened, and verified, when it is new."""

    def __init__(self, models: Path, home: Path) -> None:
        self._models = models
        self._cache = cache_in(home)
        self._opened: dict[str, Champion] = {}

    def names(self) -> tuple[str, ...]:
        """The models that have a release, by name."""
        found = self._models.glob(f"*/{RELEASE}")
        return tuple(sorted(p.parent.name for p in found if MODEL_NAME.fullmatch(p.parent.name)))

    def release(self, model: str) -> Release:
        """What is wished for a model. Raises ReleaseError."""
        return read_release(self._models / model / RELEASE, model=model).release

    def champion(self, model: str, release: Release) -> Champion | None:
        """The champion; None before the first. Raises a BundleError or Unwatchable."""
        if release.champion is None:
            return None
        known = self._opened.get(model)
        said = (release.champion.version, release.champion.bundle)
        if known is None or (known.version, known.bundle) != said:
            known = open_champion(self._models / model, self._cache, release.champion)
            self._opened[model] = known
        return known


def open_champion(folder: Path, cache: Path, released: Released) -> Champion:
    """Open and verify what a release of the model in `folder` names, be it champion or former.

    Raises a BundleError or Unwatchable.
    """
    model = folder.name
    bundle = open_resolved(released.location, beside=folder, cache=cache, expect=released.bundle)
    if REFERENCE not in bundle.files:
        raise Unwatchable(
            f"version {released.version} has no {REFERENCE}: nothing to compare its rows with",
            place=model,
            cure="Train the model again and promote that bundle.",
        )
    reference = read_reference(bundle.files[REFERENCE], place=f"{model}, {REFERENCE}")
    return Champion(model, released.version, bundle.id, bundle.contract, reference)


def read_routing(path: Path) -> Routing | None:
    """The document that gateways obey; None where there is none, or none that can be read: neither
    says what a release says.
    """
    try:
        return Routing.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None


def promoted_at(released: Released) -> float | None:
    """When a version became champion, in seconds since 1970; None where nobody can tell."""
    try:
        return datetime.fromisoformat(released.promoted_at).timestamp()
    except ValueError:
        return None
