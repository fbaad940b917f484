"""Promotion and rollback: pure changes of a release, allowed only with the evidence in hand."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from mooring.blessing.errors import PromotionRefused
from mooring.blessing.evidence import require_blessing
from mooring.blessing.gate import Gate
from mooring.bundle.open import Bundle
from mooring.bundle.release import KEPT_CHAMPIONS, Release, Released


@dataclass(frozen=True)
class Decision:
    """Who decides, when, and why: what `git log` and the release will say."""

    by: str
    at: str
    reason: str


def gather_blessings(folder: Path, bundle: Bundle, gate: Gate, release: Release) -> dict[str, str]:
    """Digests of every blessing that the gate requires. Raises NotBlessed.

    Where the gate asks for a comparison, it must be one with the champion that would be replaced.
    """
    rivals = {"evaluation": _rival(bundle, gate, release)}
    kinds = sorted(gate.required_blessings)
    return {kind: require_blessing(folder, bundle.id, kind, rivals.get(kind)) for kind in kinds}


def _rival(bundle: Bundle, gate: Gate, release: Release) -> str | None:
    champion = release.champion
    if gate.against_champion is None or champion is None or champion.bundle == bundle.id:
        return None
    return champion.bundle


def promote(
    release: Release, bundle: Bundle, location: str, blessings: dict[str, str], decision: Decision
) -> Release:
    """Make `bundle` the champion; the old champion becomes the newest of the former ones.

    A bundle that had a version keeps it. Raises PromotionRefused for another model's bundle and
    for the present champion.
    """
    if bundle.manifest.model != release.model:
        raise _refused(f"the bundle is of {bundle.manifest.model}", release, "Name its own model.")
    if release.champion is not None and release.champion.bundle == bundle.id:
        raise _refused("the bundle is already champion", release, "There is nothing to do.")
    version = _version_of(release, bundle.id)
    champion = Released(
        version=version,
        bundle=bundle.id,
        location=location,
        bytes=bundle.bytes,
        runtime=bundle.manifest.runtime,
        blessings=blessings,
        promoted_at=decision.at,
        promoted_by=decision.by,
        reason=decision.reason,
    )
    return _crown(release, champion, last_version=max(version, release.last_version))


def roll_back(release: Release, decision: Decision, version: int | None = None) -> Release:
    """Bring back the last former champion, or the one of `version`, under its old version."""
    former = [r for r in release.former if version is None or r.version == version]
    if not former:
        wanted = "former champion" if version is None else f"version {version}"
        known = ", ".join(str(r.version) for r in release.former) or "none"
        raise _refused(f"there is no {wanted} to return to", release, f"Known versions: {known}.")
    told = {"promoted_at": decision.at, "promoted_by": decision.by, "reason": decision.reason}
    return _crown(release, former[0].model_copy(update=told), release.last_version)


def crowned(release: Release) -> Released:
    """The champion of a release that must have one. Raises PromotionRefused."""
    if release.champion is None:
        raise _refused("there is no champion", release, "Promote a blessed bundle first.")
    return release.champion


def _crown(release: Release, champion: Released, last_version: int) -> Release:
    dethroned = [release.champion] if release.champion else []
    former = _without(champion.bundle, [*dethroned, *release.former])
    challenger = release.challenger
    if challenger is not None and challenger.bundle == champion.bundle:
        challenger = None
    update = {
        "champion": champion,
        "challenger": challenger,
        "former": tuple(former[:KEPT_CHAMPIONS]),
        "last_version": last_version,
    }
    return release.model_copy(update=update)


def _without(bundle_id: str, released: Collection[Released]) -> list[Released]:
    return [r for r in released if r.bundle != bundle_id]


def _version_of(release: Release, bundle_id: str) -> int:
    known = [release.champion, release.challenger, *release.former]
    versions = [r.version for r in known if r is not None and r.bundle == bundle_id]
    return versions[0] if versions else release.last_version + 1


def _refused(problem: str, release: Release, cure: str) -> PromotionRefused:
    return PromotionRefused(problem, place=f"release of {release.model}", cure=cure)
