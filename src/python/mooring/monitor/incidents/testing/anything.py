"""Whatever comes in whatever order: one job at a time, one retraining of an alarm, none of broken
data, and no brake that opens early.

What must hold is told by a model of its own, which knows true time and true faults, and is asked at
the very moment a job begins.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import hypothesis.strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from mooring.monitor.incidents.brakes import Brakes
from mooring.monitor.incidents.errors import NotWaiting
from mooring.monitor.incidents.job import Job, Result
from mooring.monitor.incidents.testing.alarms import MODEL, NOW, alert, block
from mooring.monitor.incidents.testing.jobs import BUNDLE, CHALLENGER, FakeJobs, blessed
from mooring.monitor.incidents.testing.monitor import Monitor, Time

HOUR = 3600.0
BRAKES = Brakes(
    cooldown_seconds=6 * HOUR,
    daily_cap=2,
    limit_seconds=4 * HOUR,
    approval="trusted",
    trusted=("ground-truth",),
    approval_seconds=30 * HOUR,
    trial_seconds=40 * HOUR,
    block_lapses_seconds=8_000 * HOUR,
)
RESULTS = (
    blessed(**{"ground-truth": 3}),
    blessed(stranger=1),
    CHALLENGER,
    Result(outcome="not_blessed"),
    Result(outcome="failed"),
)


class Killed(BaseException):
    """The monitor's process ends here."""


@dataclass
class Watch:
    """True time, true faults, and what has begun."""

    now: float = NOW
    broken: bool = False
    blocked: set[tuple[str, float]] = field(default_factory=set)
    over: set[tuple[str, float]] = field(default_factory=set)
    by_person: set[str] = field(default_factory=set)
    requested: dict[str, float] = field(default_factory=dict)
    ended: float | None = None

    @property
    def held(self) -> bool:
        """Whether nothing may begin: the newest beginning of some blocking alarm is not over."""
        newest = {name: max(s for n, s in self.blocked if n == name) for name, _ in self.blocked}
        return self.broken or any(each not in self.over for each in newest.items())


@dataclass
class WatchedJobs(FakeJobs):
    """Jobs that are asked, when they begin, whether they may; `dies` kills whoever starts one."""

    watch: Watch = field(default_factory=Watch)
    begun: list[tuple[str, int]] = field(default_factory=list)
    dies: str = ""

    def start(self, job: Job) -> None:
        dies, self.dies = self.dies, ""
        if dies == "before":
            raise Killed
        if job.name not in self.running and job.name not in self.results:
            self._check(job)
            self.begun.append((job.name, job.attempt))
        super().start(job)
        if dies == "after":
            raise Killed

    def _check(self, job: Job) -> None:
        before = [name for name, _ in self.begun]
        assert not self.watch.held  # noqa: S101
        assert not self.running  # noqa: S101
        assert job.name not in before or before[-1] == job.name  # noqa: S101
        # An attempt that was killed before it was confirmed is not counted as one.
        assert before.count(job.name) < 2 * BRAKES.attempts  # noqa: S101


class Anything(RuleBasedStateMachine):
    """Alertmanager, people, jobs, releases, clocks and kills, in any order."""

    @initialize()
    def begin(self) -> None:
        self.home = Path(tempfile.mkdtemp())
        self.watch = Watch()
        self.jobs = WatchedJobs(watch=self.watch)
        self.time = Time()
        self.monitor = Monitor(self.home, BRAKES, self.jobs, self.time)
        self.answered: set[tuple[str, float]] = set()
        self.versions = 1

    def teardown(self) -> None:
        if hasattr(self, "monitor"):
            self.monitor.incidents.journal.close()
            shutil.rmtree(self.home)

    @rule(
        names=st.sets(st.sampled_from("abc"), min_size=1),
        ago=st.sampled_from([0.0, 600.0, 9e4]),
        at_once=st.booleans(),
    )
    def an_alarm_fires(self, names: set[str], ago: float, at_once: bool) -> None:
        since = NOW + (self.watch.now - NOW) // 9e4 * 9e4 - ago
        alarms = [alert(name, since, version=str(self.versions)) for name in sorted(names)]
        decision = self.monitor.hears(*alarms)
        episodes = {(name, since) for name in names}
        if decision.decided == "started":
            assert not episodes <= self.answered, "an alarm is answered twice"  # noqa: S101
            assert decision.incident is not None  # noqa: S101
            self._may_begin(decision.incident)
            self.answered |= episodes - self.watch.over
            if at_once:
                self._step()

    @rule(name=st.sampled_from("abc"), ago=st.sampled_from([0.0, 600.0, 9e4]))
    def an_alarm_is_over(self, name: str, ago: float) -> None:
        since = NOW + (self.watch.now - NOW) // 9e4 * 9e4 - ago
        self.monitor.told(alert(name, since, firing=False, version=str(self.versions)))
        self.watch.over.add((name, since))

    @rule(name=st.sampled_from(["x", "y"]), since=st.integers(0, 3), over=st.booleans())
    def a_blocking_alarm_is_heard(self, name: str, since: int, over: bool) -> None:
        self.monitor.told(block(name, NOW + since, firing=not over))
        self.watch.blocked.add((name, NOW + since))
        if over:
            self.watch.over.add((name, NOW + since))

    @rule(broken=st.booleans())
    def data_look_broken_or_do_not(self, broken: bool) -> None:
        self.watch.broken = broken
        self.monitor.broken = ("unit",) if broken else ()

    @rule()
    def a_person_asks(self) -> None:
        decided = self.monitor.incidents.ask(MODEL, "Ada").decision
        if decided.decided == "started":
            assert decided.incident is not None  # noqa: S101
            self.watch.by_person.add(decided.incident)
            self._may_begin(decided.incident)

    @rule()
    def a_person_approves(self) -> None:
        newest = self.monitor.newest()
        if newest is not None:
            try:
                self.monitor.incidents.approve(newest.id, "Ada")
            except NotWaiting:
                assert newest.state != "awaiting_approval" or self.watch.held  # noqa: S101

    @rule(result=st.sampled_from(RESULTS))
    def jobs_end(self, result: Result) -> None:
        self.jobs.ends(result)
        self._step()

    @rule()
    def jobs_crash(self) -> None:
        self.jobs.crashes()
        self._step()

    @rule()
    def the_challenger_is_promoted(self) -> None:
        newest = self.monitor.newest()
        if newest is not None and newest.state == "trying":
            self.versions += 1
            self.monitor.release(champion=BUNDLE, version=self.versions)
            self._step()
            self.monitor.release(champion="d" * 64, version=self.versions)

    @rule(hours=st.sampled_from([0.1, 1.0, 5.0, 24.0]), back=st.sampled_from([0.0, 0.0, 2.0, 9e3]))
    def time_passes_and_the_wall_clock_may_be_wrong(self, hours: float, back: float) -> None:
        self.watch.now += hours * HOUR
        self.time.monotonic += hours * HOUR
        self.time.wall = self.watch.now - back * HOUR
        self._step()

    @rule()
    def the_monitor_is_killed(self) -> None:
        self._restart()

    @precondition(lambda self: self.jobs.dies == "")
    @rule(dies=st.sampled_from(["before", "after"]))
    def the_monitor_is_killed_when_it_next_starts_a_job(self, dies: str) -> None:
        self.jobs.dies = dies
        self._step()

    @invariant()
    def at_most_one_is_live_and_one_job_is_at_work(self) -> None:
        if hasattr(self, "monitor"):
            live = [incident for incident in self.monitor.incidents.all() if incident.live]
            assert len(live) <= 1  # noqa: S101
            assert len(self.jobs.running) <= 1  # noqa: S101

    def _step(self) -> None:
        try:
            self.monitor.step(0.0)
        except Killed:
            self._restart()
        newest = self.monitor.newest()
        if newest is not None and not newest.live and newest.id in self.watch.requested:
            del self.watch.requested[newest.id]
            self.watch.ended = self.watch.now

    def _restart(self) -> None:
        self.monitor.incidents.journal.close()
        self.time.monotonic = 0.0
        self.monitor.restart()

    def _may_begin(self, name: str) -> None:
        """By true time: no sooner after the last one than may be, unless a person asks."""
        assert not self.watch.held  # noqa: S101
        assert not self.watch.requested  # noqa: S101
        if self.watch.ended is not None and name not in self.watch.by_person:
            rested = self.watch.now - self.watch.ended
            assert rested >= BRAKES.cooldown_seconds - 0.001  # noqa: S101
        self.watch.requested[name] = self.watch.now
