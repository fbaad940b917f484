"""The monitor at work: a look at every model each interval, in a thread beside the server.

A fault in the look at one model is logged and counted, and never stops those at the others.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from mooring.bundle.errors import BundleError
from mooring.monitor.champion import Champions
from mooring.monitor.errors import StateUnwritable, Unwatchable
from mooring.monitor.look import Look, Stopped
from mooring.monitor.settings import Settings
from mooring.monitor.tables.errors import TablesUnwritable
from mooring.monitor.view import View
from mooring.telemetry.binding import Instruments
from mooring.telemetry.drift import DRIFT_RUNS

_log = logging.getLogger(__name__)

# A look that is under way when the process is to end stops at the next day of events.
_FAREWELL_SECONDS = 20.0

# What a disk says that is full or gone; it may be mended while the monitor waits.
_DISK = (StateUnwritable, TablesUnwritable, OSError)


class Runtime:
    """Looks at models in turn; `views` is what is known of each, for whoever shows it."""

    def __init__(
        self,
        settings: Settings,
        champions: Champions,
        look: Look,
        instruments: Instruments,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._settings = settings
        self._champions = champions
        self._look = look
        self._instruments = instruments
        self._clock = clock
        self._stopping = threading.Event()
        self._views: Mapping[str, View] = {}
        self._refusing = ""

    @property
    def views(self) -> Mapping[str, View]:
        """What is known by model, as of the last look at each."""
        return self._views

    @property
    def unready(self) -> str:
        """Why nobody should rely on it now; empty while it works."""
        return "about to stop" if self._stopping.is_set() else self._refusing

    def broken(self, model: str) -> tuple[str, ...]:
        """What makes a model's data look broken rather than drifted."""
        view = self._views.get(model)
        return tuple(sorted(view.broken)) if view else ()

    def stop(self) -> None:
        """Ask it to end; it does between two days of events."""
        self._stopping.set()

    @contextmanager
    def running(self) -> Iterator[None]:
        """At work for as long as the block."""
        thread = threading.Thread(target=self._run, name="look", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self.stop()
            thread.join(_FAREWELL_SECONDS)

    def _run(self) -> None:
        while not self._stopping.is_set():
            began = time.monotonic()
            self.look_at_all()
            rest = self._settings.interval_seconds - (time.monotonic() - began)
            self._stopping.wait(max(rest, 0.0))

    def look_at_all(self) -> None:
        """One look at each model that has a release."""
        for model in self._champions.names():
            if self._stopping.is_set():
                return
            self._look_at(model)

    def _look_at(self, model: str) -> None:
        try:
            view = self._look.at(model, self._stopping.is_set)
        except Stopped:
            return
        except Exception as error:  # whatever it is: the next model is none the worse for it
            self._failed(model, error)
            return
        self._refusing = ""
        if view is not None:
            self._views = {**self._views, model: view}
            self._instruments.add(DRIFT_RUNS, model=model, outcome=view.outcome)

    def _failed(self, model: str, error: Exception) -> None:
        if isinstance(error, _DISK):
            self._refusing = _told(error)
        mendable = isinstance(error, BundleError | Unwatchable)
        level = logging.WARNING if mendable else logging.ERROR
        _log.log(level, "a look failed", extra={"model": model}, exc_info=error)
        self._instruments.add(DRIFT_RUNS, model=model, outcome="failed")


def _told(error: Exception) -> str:
    if isinstance(error, OSError):
        return (
            f"{error.filename or 'the disk'}: {error.strerror}. Make room, or let it write there."
        )
    return str(error)
