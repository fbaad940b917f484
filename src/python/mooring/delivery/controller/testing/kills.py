"""A controller that is killed: the process dies at the k-th thing that it does to the disk, for
every k in turn, and another one goes on.

    killed_everywhere(folder, errors=0)     what gateways would have seen of all of it
"""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import dataclass, field
from pathlib import Path

from mooring.bundle.atomic import ASIDE
from mooring.bundle.release import Release, read_release
from mooring.delivery.controller.controller import Controller, World
from mooring.delivery.controller.plan import Plan, Plans, Step
from mooring.delivery.controller.publish import sole_writer
from mooring.delivery.controller.testing.releases import MODEL, FileLedger, release, write
from mooring.delivery.controller.testing.world import Services, Traffic

PLANS = Plans(
    defaults=Plan(
        steps=(
            Step(percent=5.0, seconds=1.0, requests=50),
            Step(percent=50.0, seconds=1.0, requests=50),
        )
    )
)

# What changes a disk, as Python's audit events call it; `open` is a look only when it reads.
_CHANGES = {"os.rename", "os.remove", "os.mkdir"}
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT


@dataclass
class Disk:
    """A home and a release, and what was seen of the routing document between two deaths."""

    folder: Path
    seen: dict[bytes, None] = field(default_factory=dict)
    deaths: int = 0

    @property
    def release_path(self) -> Path:
        return self.folder / "models" / MODEL / "release.json"

    @property
    def routing(self) -> Path:
        return self.folder / "home" / "routing.json"

    def released(self) -> Release:
        """The release as it lies there."""
        return read_release(self.release_path, model=MODEL).release

    def content(self) -> list[bytes]:
        """All that a controller goes by."""
        files = [self.release_path, *(self.folder / "home").rglob("*")]
        return [path.read_bytes() for path in sorted(files) if _is_whole(path)]

    def look(self) -> None:
        """Remember the document as a gateway would have found it."""
        if self.routing.exists():
            self.seen[self.routing.read_bytes()] = None

    def run(self, tick: int, dies_at: int, errors: int) -> bool:
        """Run a controller for one look in a process of its own; whether it lived to its end."""
        child = os.fork()
        if not child:
            os._exit(_controlled(self, tick, dies_at, errors))
        _, status = os.waitpid(child, 0)
        self.look()
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        self.deaths += killed
        if not killed and os.waitstatus_to_exitcode(status):
            raise ChildProcessError(f"the controller ended with {status}")
        return not killed


def killed_everywhere(folder: Path, errors: int) -> Disk:
    """A challenger of which so many of 100 requests fail, and controllers of which one is killed
    before the first thing that it changes, one before the second and so on; from the first again
    whenever one has left something new behind. The look is over when one lives to its end.
    """
    disk = Disk(folder)
    write(disk.release_path, release(1))
    disk.run(1, 0, errors)
    write(disk.release_path, release(1, 2))
    for tick in range(2, 40):
        _killed_in_one_look(disk, tick, errors)
        if disk.released().challenger is None:
            disk.run(tick + 1, 0, errors)
            return disk
    raise TimeoutError("the rollout never ended")


def _killed_in_one_look(disk: Disk, tick: int, errors: int) -> None:
    dies_at = 1
    for _ in range(300):
        before = disk.content()
        if disk.run(tick, dies_at, errors):
            return
        dies_at = dies_at + 1 if disk.content() == before else 1
    raise TimeoutError("each one leaves something new behind")


def _controlled(disk: Disk, tick: int, dies_at: int, errors: int) -> int:
    """One look, ten seconds and a hundred requests of each side after the one before."""
    world = World(
        home=disk.folder / "home",
        routing=disk.routing,
        releases={MODEL: disk.release_path},
        gateways=Traffic(disk.routing, requests=100 * tick, errors={2: errors * tick}),
        launcher=Services(),
        ledger=FileLedger({MODEL: disk.release_path}),
        now=lambda: 10.0 * tick,
    )
    with sole_writer(disk.routing):
        controller = Controller(world, PLANS)
        if dies_at:
            _die_at(dies_at)
        controller.look()
    return 0


def _is_whole(path: Path) -> bool:
    return path.is_file() and not path.name.startswith(ASIDE)


def _die_at(count: int) -> None:
    """Kill this process before its `count`-th change to the disk."""
    left = count

    def audit(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal left
        if event in _CHANGES or (event == "open" and _is_for_writing(arguments)):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(audit)


def _is_for_writing(arguments: tuple[object, ...]) -> bool:
    flags = arguments[2]
    return isinstance(flags, int) and bool(flags & _WRITES)
