"""What drives incidents on: look, step, persist, and only then do what the new state asks for.

A process that is killed between any two of these finds the state it had persisted, and looks before
it does anything again.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from threading import Lock

from mooring.monitor.incidents.brakes import Brakes
from mooring.monitor.incidents.errors import JobError, JobRefused, JobUnreachable
from mooring.monitor.incidents.incident import Incident
from mooring.monitor.incidents.incidents import Incidents
from mooring.monitor.incidents.job import Look
from mooring.monitor.incidents.journal import Kept, Transaction
from mooring.monitor.incidents.machine import Seen, advanced, has_job, job_of
from mooring.process.locks import taken

_log = logging.getLogger(__name__)

# From a request to its end an incident has fewer changes than this, however they come.
_MOST_STEPS = 20


@dataclass
class Runner:
    """Drives the incidents of one monitor; `step` may be called from any thread, at any time."""

    incidents: Incidents
    _turn: Lock = field(default_factory=Lock)

    def step(self) -> None:
        """Bring every live incident as far as it comes now. Raises JournalFailed."""
        with self._turn, taken(self.incidents.watched.home / "incidents.lock") as lock:
            if lock is None:  # another process drives them
                return
            with self.incidents.journal.reading() as work:
                live = work.live()
            for kept in live:
                self._drive(kept)

    def _drive(self, kept: Kept) -> None:
        for _ in range(_MOST_STEPS):
            if kept.incident.state == "stopping":
                self._stop(kept.incident)
            change = self._changed(kept)
            if change is None:
                return
            if _starts(kept.incident, change.incident) and not self._start(change):
                return
            kept = self._kept(change)

    def _changed(self, kept: Kept) -> Kept | None:
        """The next state, persisted; None where there is none, or a person was quicker."""
        incident = kept.incident
        seen = self._seen(incident)
        with self.incidents.journal.transaction() as work:
            # In the transaction: a block that was acknowledged before it is seen by it.
            after = advanced(incident, self._held(work, incident, seen), self._brakes(incident))
            changed = None if after == incident else work.change(kept, after)
        if changed is not None and after.state != incident.state:
            _log.info("incident %s is %s: %s", after.id, after.state, after.why)
        return changed

    def _start(self, kept: Kept) -> bool:
        """Ask for the job that was persisted as about to be asked for; whether to go on now."""
        incident = kept.incident
        try:
            self.incidents.jobs.start(job_of(incident))
            after, goes_on = replace(incident, launch="sent", why="the job was started"), True
        except JobRefused as error:
            after, goes_on = incident.moved("failed", self._now(), str(error)), False
        except JobUnreachable as error:
            after, goes_on = replace(incident, launch="unsent", why=str(error)), False
        except JobError as error:
            after, goes_on = incident.waiting(str(error)), False
        with self.incidents.journal.transaction() as work:
            work.change(kept, after)
        return goes_on

    def _kept(self, kept: Kept) -> Kept:
        with self.incidents.journal.reading() as work:
            return work.get(kept.incident.id)

    def _stop(self, incident: Incident) -> None:
        try:
            self.incidents.jobs.stop(job_of(incident))
        except JobError as error:
            _log.warning("incident %s: its job could not be ended: %s", incident.id, error)

    def _seen(self, incident: Incident) -> Seen:
        """What the world says; what the journal says is added in the transaction."""
        return Seen(
            now=0.0,
            blocked=self.incidents.broken(incident.model) if _may_start(incident) else (),
            look=self._look(incident) if has_job(incident) else None,
            release=self.incidents.release(incident.model) if incident.state == "trying" else None,
            settles=self.incidents.jobs.settles_seconds,
        )

    def _held(self, work: Transaction, incident: Incident, seen: Seen) -> Seen:
        lapses = self._brakes(incident).block_lapses_seconds
        told = work.blocking(incident.model, lapses) if _may_start(incident) else ()
        began = incident.started_at
        suspect = began is not None and work.blocked_since(incident.model, began)
        blocked = (*seen.blocked, *told)
        return replace(seen, now=work.now, blocked=blocked, suspect=suspect or bool(blocked))

    def _look(self, incident: Incident) -> Look | None:
        try:
            return self.incidents.jobs.look(job_of(incident))
        except JobError as error:
            _log.warning("incident %s: its job cannot be seen: %s", incident.id, error)
            return None

    def _now(self) -> float:
        with self.incidents.journal.reading() as work:
            return work.now

    def _brakes(self, incident: Incident) -> Brakes:
        return self.incidents.brakes_of(incident.model)


def _starts(before: Incident, after: Incident) -> bool:
    return before.launch == "unsent" and after.launch == "unsure"


def _may_start(incident: Incident) -> bool:
    return incident.state in ("requested", "training", "challenging")
