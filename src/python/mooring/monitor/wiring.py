"""The composition root: settings in, a running monitor out."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager

from mooring.monitor.app import Ports, create_app
from mooring.monitor.champion import Champions
from mooring.monitor.export import METRICS, samples
from mooring.monitor.jobs import jobs_of
from mooring.monitor.look import Look
from mooring.monitor.loop import Loop
from mooring.monitor.runtime import Runtime
from mooring.monitor.server import listen_at, make_server
from mooring.monitor.settings import Settings
from mooring.monitor.state import State
from mooring.telemetry.binding import AtScrape, bind, new_registry
from mooring.telemetry.catalogue import metrics_of

_log = logging.getLogger(__name__)

STATE = "state.db"


def run(settings: Settings) -> int:
    """Serve until a signal ends it; returns the exit code. Raises StartError, StateError."""
    with (
        closing(State.open(settings.folder / STATE)) as state,
        closing(listen_at(settings)) as public,
    ):
        registry = new_registry()
        champions = Champions(settings.models, settings.home)
        instruments = bind(metrics_of("monitor"), registry)
        look = Look(settings, state, champions)
        runtime = Runtime(settings, champions, look, instruments)
        registry.register(AtScrape(METRICS, lambda: samples(runtime.views)))
        jobs = jobs_of(settings.jobs, settings.folder / "jobs", os.environ)
        loop = Loop.of(settings, champions, jobs, runtime.broken, instruments)

        @contextmanager
        def running() -> Iterator[None]:
            with runtime.running(), loop.running():
                yield

        app = create_app(Ports(registry, lambda: runtime.unready, running, (loop.router,)))
        server = make_server(app, runtime.stop)
        host, port = public.getsockname()[:2]
        facts = {"host": host, "port": port, "models": champions.names()}
        _log.info("monitor is listening", extra=facts)
        server.run(sockets=[public])
    _log.info("monitor stopped", extra={"exit_code": server.exit_code})
    return server.exit_code
