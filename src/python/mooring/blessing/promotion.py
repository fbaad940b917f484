"""Promotion, withdrawal and rollback: pure changes of a release, allowed only with the evidence in
hand.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from mooring.blessing.errors import PromotionRefused
from mooring.blessing.evidence import require_blessing
from mooring.blessing.gate import Gate
from mooring.bundle.open import Bundle
from mooring.bundle.release import (
    KEPT_CHAMPIONS,
    KEPT_WITHDRAWN,
    Release,
    Released,
    Role,
    Withdrawn,
)
from mooring.bundle.signature import OFF, SignaturePolicy
from mooring.contract.compatibility import check_version, compare
from mooring.contract.contract import Contract
from mooring.contract.errors import InvalidContract


@dataclass(frozen=True)
class Decision:
    """Who decides, when, and why: what `git log` and the release will say."""

    by: str
    at: str
    reason: str


def gather_blessings(
    folder: Path, bundle: Bundle, gate: Gate, release: Release, policy: SignaturePolicy = OFF
) -> dict[str, str]:
    """Digests of every blessing that the gate requires, signed as `policy` asks.

    Where the gate asks for a comparison, it must be one with the champion that would be replaced.
    Raises NotBlessed, or what `check_file` raises for a signature.
    """
    rivals = {"evaluation": _rival(bundle, gate, release)}
    return {
        kind: require_blessing(folder, bundle.id, kind, rivals.get(kind), policy)
        for kind in sorted(gate.required_blessings)
    }


def _rival(bundle: Bundle, gate: Gate, release: Release) -> str | None:
    champion = release.champion
    if gate.against_champion is None or champion is None or champion.bundle == bundle.id:
        return None
    return champion.bundle


def require_compatible(release: Release, present: Contract, coming: Contract) -> None:
    """Refuse a contract that breaks the clients of the present champion under its major version,
    with every change that does, and a version that goes backwards. Raises PromotionRefused.
    """
    try:
        check_version(present, coming)
    except InvalidContract as error:
        broken = compare(present, coming).breaking
        told = "; ".join(f"{change.path}: {change.what}" for change in broken)
        counted = f"{len(broken)} breaking change(s) without a new major version: {told}"
        backwards = "backwards" in error.problem
        problem = error.problem if backwards or not broken else counted
        raise _refused(f"contract {coming.version}: {problem}", release, error.cure) from None


def promote(
    release: Release,
    bundle: Bundle,
    location: str,
    blessings: dict[str, str],
    decision: Decision,
    role: Role = "champion",
) -> Release:
    """Give `bundle` the role; an old champion becomes the newest of the former ones, an old
    challenger is withdrawn.

    A bundle that had a version keeps it. Raises PromotionRefused for another model's bundle, for
    one that has the role or stands above it, and for a challenger of nobody.
    """
    if bundle.manifest.model != release.model:
        raise _refused(f"the bundle is of {bundle.manifest.model}", release, "Name its own model.")
    _refuse_standing(release, bundle.id, role)
    version = _version_of(release, bundle.id)
    released = Released(
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
    last_version = max(version, release.last_version)
    if role == "challenger":
        return _challenge(release, released, last_version, decision)
    return _crown(release, released, last_version)


def withdraw(release: Release, decision: Decision) -> Release:
    """Take the challenger back; the champion stays. Raises PromotionRefused without one."""
    if release.challenger is None:
        raise _refused("there is no challenger", release, "There is nothing to do.")
    withdrawn = _put_aside(release, decision)
    return release.model_copy(update={"challenger": None, "withdrawn": withdrawn})


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


def _refuse_standing(release: Release, bundle_id: str, role: Role) -> None:
    champion, challenger = release.champion, release.challenger
    if champion is not None and champion.bundle == bundle_id:
        raise _refused("the bundle is already champion", release, "There is nothing to do.")
    if role == "champion":
        return
    if champion is None:
        cure = "Promote the first bundle as champion."
        raise _refused("there is no champion to challenge", release, cure)
    if challenger is not None and challenger.bundle == bundle_id:
        raise _refused("the bundle is already challenger", release, "There is nothing to do.")


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
        "withdrawn": _not_of(champion.bundle, release.withdrawn),
        "last_version": last_version,
    }
    return release.model_copy(update=update)


def _challenge(
    release: Release, challenger: Released, last_version: int, decision: Decision
) -> Release:
    withdrawn = _put_aside(release, decision) if release.challenger else release.withdrawn
    update = {
        "challenger": challenger,
        "withdrawn": _not_of(challenger.bundle, withdrawn),
        "last_version": last_version,
    }
    return release.model_copy(update=update)


def _put_aside(release: Release, decision: Decision) -> tuple[Withdrawn, ...]:
    """The withdrawn ones with the present challenger first, unless it is a former champion too."""
    leaving = release.challenger
    if leaving is None or leaving.bundle in {former.bundle for former in release.former}:
        return release.withdrawn
    newest = Withdrawn(
        version=leaving.version,
        bundle=leaving.bundle,
        withdrawn_at=decision.at,
        withdrawn_by=decision.by,
        reason=decision.reason,
    )
    return (newest, *release.withdrawn)[:KEPT_WITHDRAWN]


def _without(bundle_id: str, released: Collection[Released]) -> list[Released]:
    return [r for r in released if r.bundle != bundle_id]


def _not_of(bundle_id: str, withdrawn: Collection[Withdrawn]) -> tuple[Withdrawn, ...]:
    return tuple(w for w in withdrawn if w.bundle != bundle_id)


def _version_of(release: Release, bundle_id: str) -> int:
    known = [release.champion, release.challenger, *release.former, *release.withdrawn]
    versions = [r.version for r in known if r is not None and r.bundle == bundle_id]
    return versions[0] if versions else release.last_version + 1


def _refused(problem: str, release: Release, cure: str) -> PromotionRefused:
    return PromotionRefused(problem, place=f"release of {release.model}", cure=cure)
