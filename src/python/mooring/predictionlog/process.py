"""The writer as a process of its own: how a gateway starts one, and what it does first.

A disk that is full, slow or gone, and even a writer that is stopped, then cost the gateway nothing
but memory for what waits. Nothing is imported here that takes long to start: no numpy.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

import orjson

from mooring.predictionlog.files import Files
from mooring.predictionlog.journal import Clock, Journal, Owner, Rotation
from mooring.predictionlog.retention import Keep
from mooring.predictionlog.serve import Pace, Writer

_STDIN = 0
# The module that a gateway starts.
WRITER = "mooring.predictionlog"


@dataclass(frozen=True)
class WriterSettings:
    """What a writer is told when it is started."""

    home: Path
    owner: Owner
    rotation: Rotation = field(default_factory=Rotation)
    keep: Keep = field(default_factory=Keep)
    pace: Pace = field(default_factory=Pace)

    def to_json(self) -> str:
        """The settings as the argument of a command line."""
        return orjson.dumps(asdict(self), default=str).decode()

    @classmethod
    def from_json(cls, document: str) -> WriterSettings:
        """The inverse of `to_json`."""
        facts = orjson.loads(document)
        return cls(
            Path(facts["home"]),
            Owner(**facts["owner"]),
            Rotation(**facts["rotation"]),
            Keep(**facts["keep"]),
            Pace(**facts["pace"]),
        )


@dataclass(frozen=True)
class WriterProcess:
    """A started writer: the gateway's end of the socket, and the process."""

    link: socket.socket
    process: subprocess.Popen[bytes]

    def end(self, seconds: float) -> None:
        """Wait so long for its end, then kill it; a stopped process can be killed too."""
        self.link.close()
        try:
            self.process.wait(max(seconds, 0.0))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def start(settings: WriterSettings, module: str = WRITER) -> WriterProcess:
    """Start a writer. Raises OSError."""
    ours, theirs = socket.socketpair()
    with theirs:
        try:
            process = subprocess.Popen(
                [sys.executable, "-m", module, settings.to_json()],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                env=_environment(),
            )
        except OSError:
            ours.close()
            raise
    ours.setblocking(False)
    return WriterProcess(ours, process)


def main(document: str, files: Files) -> int:
    """The writer itself: serve until the gateway is gone; 0."""
    # Who stops all processes at once, such as Ctrl-C in a terminal, means the gateway, which still
    # has something to hand over while it drains: this one ends when the gateway has.
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    _log_to_stderr()
    settings = WriterSettings.from_json(document)
    clock = Clock(time.time, time.monotonic)
    journal = Journal(settings.home, settings.owner, files, clock, settings.rotation, settings.keep)
    with socket.socket(fileno=os.dup(_STDIN)) as link:
        os.close(_STDIN)
        Writer(link, journal, settings.pace).run()
    return 0


class _JsonLines(logging.Formatter):
    """One JSON object on a line, as the gateway's own logs are."""

    def format(self, record: logging.LogRecord) -> str:
        told = {"level": record.levelname.lower(), "logger": record.name}
        facts = getattr(record, "facts", {})
        return orjson.dumps({**told, "message": record.getMessage(), **facts}).decode()


def _log_to_stderr() -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(_JsonLines())
    logging.basicConfig(handlers=[handler], level=logging.INFO)


def _environment() -> dict[str, str]:
    """What the child needs to import what this process imports."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
