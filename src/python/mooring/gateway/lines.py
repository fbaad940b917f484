"""Writing log lines without ever waiting for whoever reads them.

A pipe whose reader has stopped is full after 64 KiB, and a write to it then blocks: written by the
event loop, it would stop every request. Here a thread writes, and what it cannot keep up with is
dropped and counted.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable

STDERR = 2

# A second of 10,000 requests; some 5 MB at most.
_WAITING = 10_000
# Lines are written together: a wake-up of the thread for each would cost more than the writing.
_PAUSE_SECONDS = 0.01
_FAREWELL_SECONDS = 1.0


class Lines:
    """A bounded queue of lines and the thread that writes them to a file descriptor."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._waiting: deque[bytes] = deque()
        self._there_is_work = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        # Told how many lines were lost each time that some were.
        self.on_loss: Callable[[int], None] = _ignore

    @property
    def waiting(self) -> int:
        """Lines that were accepted and not taken to be written yet."""
        return len(self._waiting)

    def write(self, line: bytes) -> None:
        """Have a line written, or lose it where too many wait."""
        if len(self._waiting) >= _WAITING:
            self.on_loss(1)
            return
        self._waiting.append(line)
        self._there_is_work.set()
        if self._thread is None:
            self._start()

    def close(self) -> None:
        """Write what waits, unless its reader does not take it within a second."""
        self._stopping.set()
        self._there_is_work.set()
        if self._thread is not None:
            self._thread.join(_FAREWELL_SECONDS)

    def _start(self) -> None:
        # A daemon, since a write to a full pipe cannot be interrupted: the process ends all the
        # same. It writes to the descriptor, for the lock of `sys.stderr` must not be held then.
        self._thread = threading.Thread(target=self._run, name="log-lines", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not (self._stopping.is_set() and not self._waiting):
            self._there_is_work.wait()
            self._there_is_work.clear()
            self._write_all()
            self._stopping.wait(_PAUSE_SECONDS)

    def _write_all(self) -> None:
        lines = [self._waiting.popleft() for _ in range(len(self._waiting))]
        left = memoryview(b"".join(line + b"\n" for line in lines))
        try:
            while left:
                left = left[os.write(self._descriptor, left) :]
        except OSError:
            # A full disk, or a reader that is gone. How many of them were written is not known.
            self.on_loss(len(lines))


def _ignore(lost: int) -> None:
    """Nobody counts."""
