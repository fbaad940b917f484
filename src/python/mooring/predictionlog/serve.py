"""The writer's loop: read frames from the gateway, make them durable, say so, seal what is due.

It ends when the gateway closes its side of the socket, however the gateway ended: what has arrived
by then is written first.
"""

from __future__ import annotations

import errno
import select
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from mooring.predictionlog.frames import Frame, FrameBuffer
from mooring.predictionlog.journal import Journal
from mooring.predictionlog.notices import Notice, Says

_PART = 1 << 18


@dataclass(frozen=True)
class Pace:
    """How long frames are gathered before one sync for all of them, and how long it rests after a
    refusal; how often it looks whether a segment is due.
    """

    gather_seconds: float = 0.1
    gather_bytes: int = 4 * 1_048_576
    refused_seconds: float = 0.5
    # A gateway that is gone cannot be told anything: after so many refusals the writer ends too,
    # and what is not sealed is recovered by the next.
    last_attempts: int = 10
    look_seconds: float = 1.0


@dataclass
class _Inbox:
    """What has arrived and is not durable yet."""

    link: socket.socket
    buffer: FrameBuffer = field(default_factory=FrameBuffer)
    frames: list[Frame] = field(default_factory=list)
    bytes: int = 0
    ended: bool = False

    def wait(self, seconds: float) -> bool:
        """Whether something arrives within that time; it is taken in."""
        if self.ended or not select.select([self.link], [], [], max(seconds, 0.0))[0]:
            return False
        try:
            part = self.link.recv(_PART)
        except ConnectionResetError:
            part = b""
        self.ended = not part
        self.bytes += len(part)
        self.frames += self.buffer.feed(part)
        return not self.ended

    def gather(self, pace: Pace) -> None:
        """Take in what comes while the first of it waits for its sync."""
        until = time.monotonic() + pace.gather_seconds
        while self.bytes < pace.gather_bytes and time.monotonic() < until:
            self.wait(until - time.monotonic())
            if self.ended:
                return

    def empty(self) -> list[Frame]:
        """What has arrived; from now on it is the caller's."""
        frames, self.frames, self.bytes = self.frames, [], 0
        return frames


class Writer:
    """One journal, fed through one socket."""

    def __init__(self, link: socket.socket, journal: Journal, pace: Pace | None = None) -> None:
        self._inbox = _Inbox(link)
        self._link = link
        self._journal = journal
        self._pace = pace or Pace()
        self._gone = False

    def run(self) -> None:
        """Serve until the gateway is gone."""
        if not self._insist(self._journal.recover):
            return
        while not self._inbox.ended:
            if self._inbox.wait(self._pace.look_seconds):
                self._inbox.gather(self._pace)
            frames = self._inbox.empty()
            if frames and not self._store(frames):
                return
            # Only after the gateway was told what is durable: then no sealed segment holds a frame
            # that a gateway would send again to the next writer.
            self._insist(self._journal.seal_due)
        self._insist(self._journal.close)

    def _store(self, frames: list[Frame]) -> bool:
        if not self._insist(lambda: self._journal.append(frames)):
            return False
        last = max(frame.sequence for frame in frames)
        if last:
            self._tell(Notice(Says.DURABLE, last))
        return True

    def _insist(self, act: Callable[[], None]) -> bool:
        """Repeat until the disk lets it; False when the gateway is gone and it never does."""
        attempts = 0
        while True:
            try:
                act()
                return True
            except OSError as error:
                attempts += 1
                self._tell(Notice(Says.REFUSED, error.errno or errno.EIO))
                if self._ended() and attempts >= self._pace.last_attempts:
                    return False
                time.sleep(self._pace.refused_seconds)

    def _tell(self, notice: Notice) -> None:
        try:
            self._link.sendall(notice.encode())
        except OSError:
            self._gone = True

    def _ended(self) -> bool:
        return self._gone or self._inbox.ended
