"""The state machine of an incident: what is seen becomes the next state, and nothing else happens.

    requested ── training ──┬── challenging ── trying ──┬── promoted
                            ├── awaiting_approval ──┘   └── aborted
                            └── not_blessed | failed            (any) ── stopping ── given_up

Whoever drives it persists each state before it does what the state asks for (`runner`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from mooring.bundle.release import Release, Withdrawn
from mooring.monitor.incidents.brakes import Brakes
from mooring.monitor.incidents.incident import Incident, State
from mooring.monitor.incidents.job import Absent, Crashed, Job, Look, Result, Running


@dataclass(frozen=True)
class Seen:
    """What is known at one moment.

    `blocked` says why the data look broken, `suspect` that they have at any time since the start;
    `look` is None where no job was asked for or the other
    side cannot be reached, `release` where release.json cannot be read. `settles` is the port's.
    """

    now: float
    blocked: tuple[str, ...] = ()
    suspect: bool = False
    look: Look | None = None
    release: Release | None = None
    settles: float | None = None


def advanced(incident: Incident, seen: Seen, brakes: Brakes) -> Incident:
    """The incident one step on; the same where nothing follows from what is seen."""
    match incident.state:
        case "requested":
            return _requested(incident, seen, brakes)
        case "training" | "challenging":
            return _working(incident, seen, brakes)
        case "awaiting_approval":
            return _awaiting(incident, seen, brakes)
        case "trying":
            return _trying(incident, seen, brakes)
        case "stopping":
            return _stopping(incident, seen)
        case _:
            return incident


def job_of(incident: Incident) -> Job:
    """The present job of an incident."""
    kind = incident.job_kind
    bundle = incident.bundle if kind == "challenge" else None
    attempt = max(1, incident.attempt)
    return Job(
        incident=incident.id, kind=kind, model=incident.model, bundle=bundle, attempt=attempt
    )


def has_job(incident: Incident) -> bool:
    """Whether a job may be there to be looked at."""
    if incident.state == "trying":
        return incident.proposed
    at_work = incident.state in ("training", "challenging", "stopping")
    return at_work and incident.launch != "unsent"


def _requested(incident: Incident, seen: Seen, brakes: Brakes) -> Incident:
    if seen.now - incident.since > brakes.limit_seconds:
        return incident.moved("given_up", seen.now, f"it could not begin: {incident.why}")
    if seen.blocked:
        return _held(incident, seen)
    return incident.moved(
        "training", seen.now, "trains on the newest labels", attempt=1, started_at=seen.now
    )


def _working(incident: Incident, seen: Seen, brakes: Brakes) -> Incident:
    if seen.suspect and incident.state == "training" and not incident.suspect:
        incident = replace(incident, suspect=True)
    if isinstance(seen.look, Result):
        return _ended(incident, seen, seen.look, brakes)
    if seen.now - incident.since > brakes.limit_seconds:
        return _overdue(incident, seen, brakes)
    if incident.launch == "unsent":
        return _held(incident, seen) if seen.blocked else _launched(incident, seen)
    return _looked(incident, seen, brakes)


def _launched(incident: Incident, seen: Seen) -> Incident:
    return replace(incident, launch="unsure", launched_at=seen.now)


def _overdue(incident: Incident, seen: Seen, brakes: Brakes) -> Incident:
    why = f"it took longer than {brakes.limit_seconds:.0f} s"
    if incident.launch == "unsent":
        return incident.moved("given_up", seen.now, f"{why}: {incident.why}")
    return incident.moved("stopping", seen.now, why)


def _looked(incident: Incident, seen: Seen, brakes: Brakes) -> Incident:
    match seen.look:
        case Running():
            return replace(incident, launch="sent").waiting("the job is at work")
        case Crashed(reason):
            return _next_attempt(incident, seen, reason, brakes)
        case Absent() if seen.settles is not None:
            return _unseen(incident, seen, seen.settles)
        case Absent() if incident.launch == "unsure":
            return replace(incident, launch="unsent")
        case Absent():
            return _next_attempt(incident, seen, "it ended without a result", brakes)
        case _:
            return incident


def _unseen(incident: Incident, seen: Seen, settles: float) -> Incident:
    """At most once: what may have been started is not started again, and a person is told."""
    if seen.now - (incident.launched_at or incident.since) <= settles:
        return incident
    sure = (
        "it was taken, and" if incident.launch == "sent" else "nobody knows whether it was taken:"
    )
    why = f"{sure} no run of it has been seen; look for one, and ask again as a person"
    return incident.moved("given_up", seen.now, why)


def _next_attempt(incident: Incident, seen: Seen, reason: str, brakes: Brakes) -> Incident:
    tried = f"attempt {incident.attempt} of {brakes.attempts} crashed: {reason}"
    if incident.attempt >= brakes.attempts:
        return incident.moved("failed", seen.now, tried)
    # The limit is the whole incident's: `since` stays.
    return replace(incident, attempt=incident.attempt + 1, launch="unsent", why=tried)


def _ended(incident: Incident, seen: Seen, result: Result, brakes: Brakes) -> Incident:
    if incident.state == "challenging" and result.outcome == "blessed":
        return incident.moved("failed", seen.now, "the job did not say whether it challenges")
    match result.outcome:
        case "blessed":
            return _blessed(_judged(incident, seen, result), seen, brakes)
        case "challenger" | "proposed":
            return _tried(_judged(incident, seen, result), seen, result)
        case "declined":
            return incident.moved("aborted", seen.now, result.reason or "it was declined")
        case "not_blessed":
            judged = _judged(incident, seen, result)
            return judged.moved("not_blessed", seen.now, result.reason or "it was not blessed")
        case "failed":
            return incident.moved("failed", seen.now, result.reason or "the job failed")


def _judged(incident: Incident, seen: Seen, result: Result) -> Incident:
    """The incident with what the job found; a job "challenge" adds nothing to it."""
    if incident.state != "training":
        return incident
    return replace(
        incident,
        verdict_at=seen.now,
        bundle=result.bundle,
        champion=result.champion,
        labels_by=dict(result.labels_by),
        delta=dict(result.delta),
    )


def _blessed(incident: Incident, seen: Seen, brakes: Brakes) -> Incident:
    if incident.bundle is None:
        return incident.moved("failed", seen.now, "the job named no bundle")
    if incident.bundle == incident.champion:
        return incident.moved("not_blessed", seen.now, "it is the champion itself")
    if why := needs_person(incident, brakes):
        return incident.moved("awaiting_approval", seen.now, why)
    return _challenging(incident, seen, "blessed, from labels that are trusted")


def needs_person(incident: Incident, brakes: Brakes) -> str:
    """Why a person must approve it; empty where nobody need."""
    if brakes.approval == "person":
        return "blessed; the settings ask for a person's approval"
    if incident.suspect:
        return "blessed, but the data looked broken while it trained"
    strangers = sorted(set(incident.labels_by) - set(brakes.trusted))
    if strangers or not incident.labels_by:
        return "blessed, but not every label is from a source that is trusted"
    return ""


def _challenging(incident: Incident, seen: Seen, why: str) -> Incident:
    return incident.moved(
        "challenging", seen.now, why, attempt=1, launch="unsent", launched_at=None
    )


def _tried(incident: Incident, seen: Seen, result: Result) -> Incident:
    if (result.bundle or incident.bundle) is None:
        return incident.moved("failed", seen.now, "the job named no bundle")
    proposed = result.outcome == "proposed"
    why = "a pull request is open" if proposed else "tried beside the champion"
    bundle = incident.bundle or result.bundle
    return incident.moved("trying", seen.now, why, proposed=proposed, bundle=bundle)


def _awaiting(incident: Incident, seen: Seen, brakes: Brakes) -> Incident:
    if incident.approved_by is not None:
        return _challenging(incident, seen, f"approved by {incident.approved_by}")
    if seen.now - incident.since > brakes.approval_seconds:
        return incident.moved("given_up", seen.now, "nobody approved it in time")
    return incident


def _trying(incident: Incident, seen: Seen, brakes: Brakes) -> Incident:
    if seen.release is not None and (end := _outcome(incident, seen.release)):
        state, why = end
        return incident.moved(state, seen.now, why)
    if isinstance(seen.look, Result) and seen.look.outcome in ("declined", "failed"):
        return incident.moved("aborted", seen.now, seen.look.reason or "it was declined")
    if seen.now - incident.since > brakes.trial_seconds:
        return incident.moved("failed", seen.now, "release.json did not tell an end in time")
    return incident


def _outcome(incident: Incident, release: Release) -> tuple[State, str] | None:
    """What release.json says of the bundle; None while it is a challenger, or not there yet."""
    bundle = incident.bundle or ""
    champion = release.champion
    if champion is not None and champion.bundle.startswith(bundle):
        return "promoted", f"champion as version {champion.version}"
    if release.challenger is not None and release.challenger.bundle.startswith(bundle):
        return None
    for entry in release.withdrawn:
        if entry.bundle.startswith(bundle) and withdrawal(entry) not in incident.withdrawn:
            return "aborted", f"withdrawn: {entry.reason}"
    return None


def withdrawal(entry: Withdrawn) -> str:
    """By what a withdrawal is known again: a bundle may be tried, and withdrawn, more than once."""
    return f"{entry.version}@{entry.withdrawn_at}"


def _stopping(incident: Incident, seen: Seen) -> Incident:
    """It has ended only when its job has: until then no other may begin."""
    if isinstance(seen.look, Absent | Crashed | Result):
        return incident.moved("given_up", seen.now, incident.why)
    return incident


def _held(incident: Incident, seen: Seen) -> Incident:
    return incident.waiting(f"held while the data look broken: {', '.join(seen.blocked)}")
