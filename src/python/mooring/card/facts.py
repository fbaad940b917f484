"""Everything a model card may say, gathered from files that are evidence already."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from mooring.blessing.evidence import Blessing, Check, blessing_path
from mooring.blessing.gate import BlessingKind
from mooring.bundle.errors import BundleTampered
from mooring.bundle.manifest import PROVENANCE
from mooring.bundle.open import CAPS, Bundle, read_capped
from mooring.bundle.release import Release, Released, Role
from mooring.card.measured import Measured, measured
from mooring.contract.canonical import sha256

KINDS: tuple[BlessingKind, ...] = ("evaluation", "serving")

# As `blessing.floors` and `blessing.slicing` name them.
WHOLE = "whole holdout"
_SLICE = re.compile(r"(?:\S+ ≤ )?([a-z_][a-z0-9_]*) (?:=|<|≥) .+")

_BOUND = re.compile(r"\bat (?:least|most) (-?[0-9.]+(?:e-?[0-9]+)?)")


@dataclass(frozen=True)
class Evidence:
    """One blessing and the digest of the file it was read from."""

    blessing: Blessing
    digest: str


@dataclass(frozen=True)
class Standing:
    """The bundle's place in the release; `former` for a past champion."""

    role: Role | str
    released: Released


@dataclass(frozen=True)
class CardFacts:
    """One bundle, what was measured, what was judged, where it stands; None is: not there."""

    bundle: Bundle
    measured: Measured
    provenance: Mapping[str, str]
    evidence: Mapping[BlessingKind, Evidence]
    standing: Standing | None

    @property
    def checks(self) -> tuple[Check, ...]:
        """The evaluation's checks."""
        found = self.evidence.get("evaluation")
        return found.blessing.checks if found else ()

    @property
    def slices(self) -> tuple[Check, ...]:
        """Checks of a part of the holdout: `origin = JFK`, `500 ≤ distance < 1000`."""
        features = set(self.bundle.contract.feature_names)
        found = [(check, _SLICE.fullmatch(check.name)) for check in self.checks]
        return tuple(check for check, named in found if named and named.group(1) in features)

    @property
    def comparisons(self) -> tuple[Check, ...]:
        """Checks against the champion of that time."""
        return tuple(check for check in self.checks if check.versus is not None)

    def whole(self, metric: str) -> Check | None:
        """The floor of a metric over the whole holdout."""
        found = [c for c in self.checks if (c.name, c.metric) == (WHOLE, metric)]
        return found[0] if found else None


def gather(bundle: Bundle, blessings: Path, release: Release) -> CardFacts:
    """Read what is known of a verified bundle; evidence lies in the folder `blessings`.

    Raises BundleUnreadable for a `metrics.json` that nobody can read.
    """
    kinds: Mapping[BlessingKind, Evidence | None] = {
        kind: _evidence(blessings, bundle, kind) for kind in KINDS
    }
    return CardFacts(
        bundle=bundle,
        measured=measured(bundle),
        provenance=provenance_of(bundle),
        evidence={kind: found for kind, found in kinds.items() if found},
        standing=_standing(release, bundle.id),
    )


def provenance_of(bundle: Bundle) -> dict[str, str]:
    """What `provenance.json` beside the bundle says, empty where it is gone or no object."""
    try:
        told = json.loads(read_capped(bundle.path / PROVENANCE, CAPS.manifest_bytes))
    except (BundleTampered, ValueError):
        return {}
    return {str(k): str(v) for k, v in told.items()} if isinstance(told, dict) else {}


def bound_of(check: Check) -> float | None:
    """The floor that a check's demand names.

    >>> bound_of(Check(name="x", rows=1, metric="roc_auc", value=0.7,
    ...     demand="at least 0.62 on at least 1000 rows", verdict="blessed"))
    0.62
    """
    found = _BOUND.search(check.demand)
    return float(found.group(1)) if found else None


def _evidence(folder: Path, bundle: Bundle, kind: BlessingKind) -> Evidence | None:
    """The blessing of this very bundle; None where there is none that can be read."""
    try:
        content = blessing_path(folder, bundle.id, kind).read_bytes()
        blessing = Blessing.model_validate_json(content)
    except (OSError, ValidationError):
        return None
    if (blessing.bundle, blessing.kind) != (bundle.id, kind):
        return None
    return Evidence(blessing, sha256(content))


def _standing(release: Release, bundle_id: str) -> Standing | None:
    held = [("champion", release.champion), ("challenger", release.challenger)]
    held += [("former champion", former) for former in release.former]
    for role, released in held:
        if released is not None and released.bundle == bundle_id:
            return Standing(role, released)
    return None
