"""From a blessed bundle to the challenger: the verb `challenge`, which an incident may repeat."""

from __future__ import annotations

from mooring.bundle.release import Release, read_release
from mooring.cli.errors import AlreadyWithdrawn
from mooring.cli.making import candidate_of
from mooring.cli.registry import Model
from mooring.cli.releasing import promote_model
from mooring.cli.workspace import Workspace
from mooring.monitor.incidents.job import Result


def challenge_model(
    model: Model, space: Workspace, bundle: str, incident: str | None, *, commit: bool
) -> Result:
    """Make the bundle the challenger, unless it is that already, or the champion.

    Raises what `promote` raises, and AlreadyWithdrawn for a bundle that was tried and taken back:
    a run that comes late must not undo that.
    """
    candidate = candidate_of(model, space, bundle)
    release = read_release(space.release(model.name), model=model.name).release
    if (standing := _standing(release, candidate.id)) is not None:
        return _result(release, candidate.id, f"it is {standing} already")
    _refuse_withdrawn(release, candidate.id)
    reason = f"Incident {incident}: retrained" if incident else "Retrained by hand"
    done = promote_model(
        model, space, bundle=candidate.id, reason=reason, commit=commit, role="challenger",
        # Where nothing is committed, the promotion before it was not either.
        clean=commit,
    )  # fmt: skip
    return _result(done.release.release, candidate.id, reason)


def _standing(release: Release, bundle: str) -> str | None:
    for role, held in (("champion", release.champion), ("challenger", release.challenger)):
        if held is not None and held.bundle == bundle:
            return role
    return None


def _refuse_withdrawn(release: Release, bundle: str) -> None:
    if bundle in {withdrawn.bundle for withdrawn in release.withdrawn}:
        raise AlreadyWithdrawn(
            "the bundle was challenger before, and was withdrawn",
            place=f"release of {release.model}",
            cure=f"Try it again by hand: `mooring promote {release.model} --as challenger`.",
        )


def _result(release: Release, bundle: str, reason: str) -> Result:
    champion = release.champion.bundle if release.champion else None
    return Result(outcome="challenger", bundle=bundle, champion=champion, reason=reason)
