"""Incidents of one model in a folder of the test, with a clock and data that the test sets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mooring.bundle.release import Release, Released, Withdrawn, read_release, write_release
from mooring.monitor.incidents.brakes import Brakes, Decision
from mooring.monitor.incidents.clock import Clock
from mooring.monitor.incidents.incident import Incident
from mooring.monitor.incidents.incidents import Incidents, Watched
from mooring.monitor.incidents.job import Jobs
from mooring.monitor.incidents.payload import parse_group
from mooring.monitor.incidents.runner import Runner
from mooring.monitor.incidents.testing.alarms import MODEL, NOW, webhook
from mooring.monitor.incidents.testing.jobs import BUNDLE, CHAMPION, FakeJobs

TRUSTING = Brakes(approval="trusted", trusted=("ground-truth",))


@dataclass
class Time:
    """A wall clock and a monotonic one."""

    wall: float = NOW
    monotonic: float = 0.0

    def passes(self, seconds: float) -> None:
        """Time passes on both."""
        self.wall += seconds
        self.monotonic += seconds

    def clock(self) -> Clock:
        """A new process's clock over it."""
        return Clock(lambda: self.wall, lambda: self.monotonic)


@dataclass
class Monitor:
    """One monitor; `restart` makes another over the same files."""

    home: Path
    brakes: Brakes = TRUSTING
    jobs: Jobs = field(default_factory=FakeJobs)
    time: Time = field(default_factory=Time)
    broken: tuple[str, ...] = ()
    incidents: Incidents = field(init=False)
    runner: Runner = field(init=False)

    def __post_init__(self) -> None:
        if not self.release_path.exists():
            self.release(champion=CHAMPION)
        self.restart()

    @property
    def release_path(self) -> Path:
        return self.home / "models" / MODEL / "release.json"

    @property
    def fake(self) -> FakeJobs:
        """The jobs, where they are the fake."""
        assert isinstance(self.jobs, FakeJobs)  # noqa: S101
        return self.jobs

    def restart(self) -> None:
        """Forget all that is not on the disk."""
        watched = Watched(self.home, self.home / "models", self._brakes())
        self.incidents = Incidents(watched, self.jobs, lambda _: self.broken, self.time.clock())
        self.runner = Runner(self.incidents)

    def hears(self, *alerts: dict[str, object], key: str = "g") -> Decision:
        """One call of Alertmanager, and what the first of its models is told."""
        return self.incidents.receive(parse_group(webhook(*alerts, key=key)))[0].decision

    def told(self, *alerts: dict[str, object], key: str = "b") -> None:
        """One call of Alertmanager that asks for nothing."""
        decided = self.incidents.receive(parse_group(webhook(*alerts, key=key)))
        assert not decided  # noqa: S101

    def step(self, seconds: float = 10.0) -> Incident | None:
        """Let time pass, drive incidents on, and see the newest one."""
        self.time.passes(seconds)
        self.runner.step()
        return self.newest()

    def newest(self) -> Incident | None:
        """The newest incident."""
        found = self.incidents.all(1)
        return found[0] if found else None

    def release(
        self,
        *,
        champion: str | None = CHAMPION,
        challenger: str | None = None,
        withdrawn: tuple[str, ...] = (),
        version: int = 1,
    ) -> None:
        """Write release.json."""
        before = read_release(self.release_path, model=MODEL)
        entries = tuple(_withdrawn(bundle, n) for n, bundle in enumerate(withdrawn, 2))
        release = Release(
            model=MODEL,
            last_version=3,
            champion=released(champion, version) if champion else None,
            challenger=released(challenger, 2) if challenger else None,
            withdrawn=entries,
        )
        write_release(before, release)

    def promotes(self, bundle: str = BUNDLE) -> None:
        """The challenger becomes champion."""
        self.release(champion=bundle, version=2)

    def _brakes(self) -> Mapping[str, Brakes]:
        return {MODEL: self.brakes}

    def with_brakes(self, **changes: object) -> None:
        """Change the settings, as a restart with others does."""
        self.brakes = self.brakes.model_copy(update=changes)
        self.restart()


def released(bundle: str, version: int) -> Released:
    """A bundle in the release."""
    return Released(
        version=version,
        bundle=bundle,
        location="s3://bundles",
        bytes=1,
        runtime="onnx",
        blessings={},
        promoted_at="2013-06-12T10:00:00Z",
        promoted_by="somebody",
        reason="a test",
    )


def _withdrawn(bundle: str, version: int) -> Withdrawn:
    at = f"2013-06-{version:02}T00:00:00Z"
    return Withdrawn(
        version=version, bundle=bundle, withdrawn_at=at, withdrawn_by="canary", reason="worse"
    )
