"""A job port in memory: what was started, and what a test says came of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from mooring.monitor.incidents.errors import JobError
from mooring.monitor.incidents.job import Absent, Job, Look, Result, Running

BUNDLE, CHAMPION = "b" * 64, "c" * 64


@dataclass
class FakeJobs:
    """Starts are counted by job; `ends` gives results; `fails` is raised instead of a start."""

    settles_seconds: float | None = None
    started: list[Job] = field(default_factory=list)
    running: set[str] = field(default_factory=set)
    results: dict[str, Result] = field(default_factory=dict)
    stopped: list[str] = field(default_factory=list)
    fails: JobError | None = None

    def start(self, job: Job) -> None:
        """Run it, once."""
        if self.fails is not None:
            raise self.fails
        if job.name not in self.running and job.name not in self.results:
            self.started.append(job)
            self.running.add(job.name)

    def look(self, job: Job) -> Look:
        """Its result, or whether it runs."""
        if job.name in self.results:
            return self.results[job.name]
        return Running() if job.name in self.running else Absent()

    def stop(self, job: Job) -> None:
        """End it."""
        self.stopped.append(job.name)
        self.running.discard(job.name)

    def ends(self, result: Result) -> None:
        """All that run end with this."""
        self.results |= dict.fromkeys(self.running, result)
        self.running.clear()

    def crashes(self) -> None:
        """All that run end with nothing."""
        self.running.clear()


def blessed(**labels_by: int) -> Result:
    """A bundle that passed, learned from these labels."""
    delta = {"log_loss": (-0.02, -0.03, -0.01)}
    return Result(
        outcome="blessed", bundle=BUNDLE, champion=CHAMPION, labels_by=labels_by, delta=delta
    )


CHALLENGER = Result(outcome="challenger", bundle=BUNDLE)
