"""Incidents at work: what an alarm asks for, driven on beside the looks at models."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from fastapi import APIRouter

from mooring.contract.errors import MooringError
from mooring.monitor.champion import Champions
from mooring.monitor.incidents.brakes import Brakes
from mooring.monitor.incidents.export import Exporter
from mooring.monitor.incidents.incidents import Incidents, Watched
from mooring.monitor.incidents.job import Jobs
from mooring.monitor.incidents.router import Doors, router
from mooring.monitor.incidents.runner import Runner
from mooring.monitor.settings import Settings
from mooring.telemetry.binding import Instruments

_log = logging.getLogger(__name__)

# A job is looked at so often, and what a person or an alarm asks for is done at once.
_STEP_SECONDS = 2.0
_FAREWELL_SECONDS = 5.0


class Braked(Mapping[str, Brakes]):
    """The brakes of every model that has a release now, as the settings say."""

    def __init__(self, settings: Settings, champions: Champions) -> None:
        self._settings = settings
        self._champions = champions

    def __getitem__(self, model: str) -> Brakes:
        if model not in self._champions.names():
            raise KeyError(model)
        return self._settings.of_model(model).brakes

    def __iter__(self) -> Iterator[str]:
        return iter(self._champions.names())

    def __len__(self) -> int:
        return len(self._champions.names())


class Loop:
    """Steps incidents, tells their metrics, and serves what they are asked by."""

    def __init__(
        self, incidents: Incidents, doors: Doors, instruments: Instruments, step_seconds: float
    ) -> None:
        self._runner = Runner(incidents)
        self._exporter = Exporter(instruments, incidents)
        self._step_seconds = step_seconds
        self._woken = threading.Event()
        self._stopping = threading.Event()
        self.router: APIRouter = router(incidents, doors, self._woken.set)

    @classmethod
    def of(
        cls,
        settings: Settings,
        champions: Champions,
        jobs: Jobs,
        broken: Callable[[str], tuple[str, ...]],
        instruments: Instruments,
    ) -> Loop:
        """The loop over the incidents of a home. Raises IncidentError."""
        watched = Watched(settings.folder, settings.models, Braked(settings, champions))
        doors = Doors(settings.hook_token, settings.admin_token)
        step = min(_STEP_SECONDS, settings.interval_seconds)
        return cls(Incidents(watched, jobs, broken), doors, instruments, step)

    @contextmanager
    def running(self) -> Iterator[None]:
        """At work for as long as the block."""
        # Before the first scrape, so that its counters go on where they were.
        self._step()
        thread = threading.Thread(target=self._run, name="loop", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._stopping.set()
            self._woken.set()
            thread.join(_FAREWELL_SECONDS)

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._woken.wait(self._step_seconds)
            self._woken.clear()
            if not self._stopping.is_set():
                self._step()

    def _step(self) -> None:
        for each in (self._runner.step, self._exporter.export):
            try:
                each()
            except MooringError:
                _log.error("incidents stand still", exc_info=True)
            except Exception:  # whatever it is: the next step may find it mended
                _log.exception("incidents stand still")
