"""Incidents, from an alarm to the end of its retraining: what is asked for, decided and kept."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from mooring.bundle.errors import ReleaseError
from mooring.bundle.release import Release, read_release
from mooring.monitor.incidents.brakes import DAY_SECONDS, Asked, Brakes, Decision, decide
from mooring.monitor.incidents.clock import Clock
from mooring.monitor.incidents.errors import NotWaiting, UnknownIncident, UnknownModel
from mooring.monitor.incidents.incident import Incident, Reason
from mooring.monitor.incidents.job import Jobs
from mooring.monitor.incidents.journal import Decided, Journal, Kept, Transaction
from mooring.monitor.incidents.machine import withdrawal
from mooring.monitor.incidents.payload import Alarm, Group, idempotency_key

# Which alarms are within the budget of false alarms, and so may retrain; others are for people.
REASONS: Mapping[str, Reason] = {"score": "score", "labels": "labels"}

SHOWN = 100


@dataclass(frozen=True)
class Watched:
    """What incidents are about: `home` is the monitor's folder, `models` holds each model's
    `release.json`, `brakes` names the models that are watched.
    """

    home: Path
    models: Path
    brakes: Mapping[str, Brakes]

    def release_path(self, model: str) -> Path:
        """Where the release of a model lies."""
        return self.models / model / "release.json"


@dataclass
class Incidents:
    """The one place where incidents are asked for and decided.

    `broken(model)` names what makes its data look broken rather than drifted, and is empty
    otherwise. It is asked whenever something may start.
    """

    watched: Watched
    jobs: Jobs
    broken: Callable[[str], tuple[str, ...]]
    clock: Clock = field(default_factory=Clock)
    journal: Journal = field(init=False)

    def __post_init__(self) -> None:
        self.journal = Journal(self.watched.home / "incidents.db", self.clock)

    def receive(self, group: Group) -> tuple[Decided, ...]:
        """Hear a call of Alertmanager, and decide what it asks for, model by model.

        All of it is on the disk when this returns. Raises JournalFailed, and then nothing is.
        """
        releases = {model: self.release(model) for model in group.models if self._knows(model)}
        broken = {model: self.broken(model) for model in releases}
        with self.journal.transaction() as work:
            for alarm in group.alarms:
                # Names that nobody watches come from outside, and would fill the disk.
                if alarm.action != "none" and alarm.model in releases:
                    work.hear(alarm)
            asking = [model for model in group.models if group.asking(model)]
            return tuple(
                self._requested(work, group, model, broken.get(model, ()), releases.get(model))
                for model in asking
            )

    def ask(self, model: str, by: str, why: str = "") -> Decided:
        """A person's request. Raises UnknownModel, JournalFailed."""
        if not self._knows(model):
            raise UnknownModel(
                "the monitor does not watch it",
                place="model",
                cure=f"Watched: {', '.join(sorted(self.watched.brakes))}.",
            )
        release, broken = self.release(model), self.broken(model)
        with self.journal.transaction() as work:
            asked = self._asked(work, model, "person", broken)
            new = _Request(model, "person", secrets.token_hex(32), work.now, by, why)
            return self._settled(work, new, asked, release, ())

    def approve(self, name: str, by: str) -> Incident:
        """A person's yes; repeated, it changes nothing. Raises UnknownIncident, NotWaiting."""
        kept = self.kept(name)
        broken = self.blocked(kept.incident.model)
        with self.journal.transaction() as work:
            kept = work.get(name)
            if kept.incident.approved_by is not None:
                return kept.incident
            if kept.incident.state != "awaiting_approval":
                raise _not_waiting(f"it waits for no approval: it is {kept.incident.state}")
            if broken:
                raise _not_waiting(f"the data look broken: {', '.join(broken)}")
            approved = replace(kept.incident, approved_by=by, why=f"approved by {by}")
            work.change(kept, approved)
            return approved

    def kept(self, name: str) -> Kept:
        """One incident as it is now. Raises UnknownIncident."""
        with self.journal.reading() as work:
            try:
                return work.get(name)
            except KeyError:
                raise UnknownIncident(
                    "there is none of this id", place="id", cure="See GET /v1/incidents."
                ) from None

    def all(self, limit: int = SHOWN) -> tuple[Incident, ...]:
        """The newest incidents, newest first."""
        with self.journal.reading() as work:
            return work.newest(limit)

    def decisions(self, limit: int = SHOWN) -> tuple[Decided, ...]:
        """The newest decisions, newest first."""
        with self.journal.reading() as work:
            return work.decisions(limit)

    def blocked(self, model: str) -> tuple[str, ...]:
        """Why nothing may start for a model: what the monitor sees, and what it was told."""
        seen = self.broken(model)
        with self.journal.reading() as work:
            return (*seen, *work.blocking(model, self.brakes_of(model).block_lapses_seconds))

    def release(self, model: str) -> Release | None:
        """The release of a model; None while it cannot be read."""
        try:
            return read_release(self.watched.release_path(model), model=model).release
        except (ReleaseError, OSError):
            return None

    def brakes_of(self, model: str) -> Brakes:
        """What holds this model back."""
        return self.watched.brakes.get(model, Brakes())

    def _knows(self, model: str) -> bool:
        return model in self.watched.brakes

    def _requested(
        self,
        work: Transaction,
        group: Group,
        model: str,
        broken: tuple[str, ...],
        release: Release | None,
    ) -> Decided:
        alarms = group.asking(model)
        key = idempotency_key(group.key, alarms)
        if not self._knows(model):
            return self._stranger(work, model)
        refusals = [_refusal(work, alarm, release) for alarm in alarms]
        fit = [alarm for alarm, refusal in zip(alarms, refusals, strict=True) if not refusal]
        first = min(fit or alarms, key=lambda alarm: alarm.started)
        reason = REASONS.get(first.monitor, "score")
        refusal = "" if fit else refusals[0]
        asked = replace(self._asked(work, model, reason, broken), refusal=refusal)
        asked = replace(asked, answered=_answering(work, fit))
        new = _Request(model, reason, key, first.started_seconds, None, first.summary)
        return self._settled(work, new, asked, release, tuple(fit))

    def _stranger(self, work: Transaction, model: str) -> Decided:
        """A no that is not kept either."""
        known = ", ".join(sorted(self.watched.brakes))
        decision = Decision("refused", f"the monitor does not watch it, but {known}")
        return Decided(work.now, model, "score", decision)

    def _asked(
        self, work: Transaction, model: str, reason: Reason, broken: tuple[str, ...]
    ) -> Asked:
        past = work.of(model)
        ended = [incident.ended_at for incident in past if incident.ended_at is not None]
        lapses = self.brakes_of(model).block_lapses_seconds
        return Asked(
            reason=reason,
            now=work.now,
            live=next((incident for incident in past if incident.live), None),
            blocked=(*broken, *work.blocking(model, lapses)),
            ended=max(ended, default=None),
            started=sum(incident.requested_at > work.now - DAY_SECONDS for incident in past),
        )

    def _settled(
        self,
        work: Transaction,
        new: _Request,
        asked: Asked,
        release: Release | None,
        alarms: tuple[Alarm, ...],
    ) -> Decided:
        decision = decide(asked, self.brakes_of(new.model))
        if decision.decided == "started":
            incident = _incident(new, work.now, release)
            work.add(incident)
            decision = replace(decision, incident=incident.id)
        elif decision.decided == work.last(new.model, new.key):
            decision = Decision("duplicate", f"declined before: {decision.why}")
        if decision.incident is not None:
            for alarm in alarms:
                work.answer(alarm, decision.incident)
        work.record(new.model, new.reason, decision, new.key)
        return Decided(work.now, new.model, new.reason, decision)


@dataclass(frozen=True)
class _Request:
    model: str
    reason: Reason
    key: str
    alarm_at: float
    by: str | None
    why: str


def _refusal(work: Transaction, alarm: Alarm, release: Release | None) -> str:
    """What is wrong with an alarm that asks; empty where nothing is."""
    if alarm.monitor not in REASONS:
        return f"only the monitors {' and '.join(REASONS)} have a budget to retrain"
    if stale := work.stale(alarm):
        return stale
    champion = release.champion if release is not None else None
    if champion is None:
        return "release.json names no champion, or cannot be read"
    if alarm.version and alarm.version != str(champion.version):
        return f"it is not about the champion, which is version {champion.version}"
    return ""


def _answering(work: Transaction, alarms: list[Alarm]) -> Incident | None:
    """The newest incident that answers these alarms, if each of them has one."""
    found = [work.answering(alarm) for alarm in alarms]
    known = [incident for incident in found if incident is not None]
    whole = known and len(known) == len(alarms)
    return max(known, key=lambda incident: incident.requested_at) if whole else None


def _incident(new: _Request, now: float, release: Release | None) -> Incident:
    at = datetime.fromtimestamp(now, UTC).strftime("%Y%m%dT%H%M%S").lower()
    # The time as well: a request that was declined before comes with the same key again.
    mark = hashlib.sha256(f"{new.key} {now!r}".encode()).hexdigest()[:8]
    known = release.withdrawn if release is not None else ()
    incident = Incident(
        id=f"{new.model}-{at}-{mark}",
        model=new.model,
        reason=new.reason,
        key=new.key,
        alarm_at=min(new.alarm_at, now),
        requested_at=now,
        asked_by=new.by,
        withdrawn=tuple(withdrawal(entry) for entry in known),
    )
    return incident.moved("requested", now, new.why or "an alarm asks for it")


def _not_waiting(problem: str) -> NotWaiting:
    return NotWaiting(problem, place="id", cure="See GET /v1/incidents.")
