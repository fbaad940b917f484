"""SIGHUP: look again at once at what is otherwise looked at now and then."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Hangup:
    """Tells everybody who asked to be told."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[], None]] = []

    def subscribe(self, listener: Callable[[], None]) -> None:
        """Call `listener` in the event loop whenever the signal comes."""
        self._listeners.append(listener)

    def event(self) -> asyncio.Event:
        """An event of one's own, which is set whenever the signal comes."""
        told = asyncio.Event()
        self.subscribe(told.set)
        return told

    def sound(self) -> None:
        """Tell all listeners."""
        for listener in self._listeners:
            listener()

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Listen to the process's signal, inside the running event loop."""
        if threading.current_thread() is not threading.main_thread():
            # Signals belong to the main thread; a gateway elsewhere is part of another program.
            yield
            return
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGHUP, self.sound)
        try:
            yield
        finally:
            loop.remove_signal_handler(signal.SIGHUP)
