"""Writers for tests: the real process, its settings, and one whose disk is slow."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from mooring.predictionlog.files import Disk
from mooring.predictionlog.journal import Owner, Rotation
from mooring.predictionlog.process import (
    WRITER,
    WriterProcess,
    WriterSettings,
    main,
    start,
)
from mooring.predictionlog.serve import Pace
from mooring.predictionlog.testing.records import GATEWAY

SLOW_WRITER = "mooring.predictionlog.testing.writers"
SLOW_SYNC_SECONDS = 0.25

_PATIENCE_SECONDS = 30.0


class SlowDisk(Disk):
    """A disk whose every sync takes a quarter of a second."""

    def sync(self, handle: int) -> None:
        time.sleep(SLOW_SYNC_SECONDS)
        super().sync(handle)


@dataclass
class Starter:
    """Starts real writers and remembers them, so that a test can stop and kill them."""

    home: Path
    module: str = WRITER
    rotation: Rotation = field(default_factory=Rotation)
    pace: Pace = field(default_factory=lambda: Pace(gather_seconds=0.005, refused_seconds=0.02))
    process: str = "00000001"
    started: list[WriterProcess] = field(default_factory=list)

    def __call__(self) -> WriterProcess:
        settings = WriterSettings(
            self.home, Owner(GATEWAY, self.process), rotation=self.rotation, pace=self.pace
        )
        self.started.append(start(settings, self.module))
        return self.started[-1]

    @property
    def pid(self) -> int:
        """The process that writes now."""
        until(lambda: self.started)
        return self.started[-1].process.pid

    def kill_and_await_next(self) -> None:
        """Kill the process that writes now, and wait for the one after it."""
        starts = len(self.started)
        os.kill(self.pid, signal.SIGKILL)
        until(lambda: len(self.started) > starts)


def until(condition: Callable[[], object]) -> None:
    """Wait until a condition holds."""
    end = time.monotonic() + _PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError("what the test waits for never happened")
        time.sleep(0.005)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], SlowDisk()))
