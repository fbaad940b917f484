"""Waking a thread that waits for sockets, at the price of a flag unless it really sleeps."""

from __future__ import annotations

import os


class Wake:
    """A pipe that is written to only when somebody waits for it."""

    def __init__(self) -> None:
        self._read, self._write = os.pipe()
        os.set_blocking(self._read, False)
        os.set_blocking(self._write, False)
        self._asleep = False

    def fileno(self) -> int:
        """What to wait for."""
        return self._read

    def up(self, *, at_once: bool = False) -> None:
        """Wake who sleeps; nothing happens when nobody does, unless `at_once`."""
        if self._asleep or at_once:
            self._asleep = False
            os.write(self._write, b"\0")

    def falls_asleep(self) -> None:
        """From now on `up` writes. Look for work once more after this, then wait."""
        self._asleep = True

    def woke(self) -> None:
        """Take out what woke."""
        self._asleep = False
        try:
            os.read(self._read, 64)
        except BlockingIOError:
            return

    def close(self) -> None:
        """Give the pipe back."""
        os.close(self._read)
        os.close(self._write)
