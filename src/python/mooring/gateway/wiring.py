"""The composition root: settings and routing in, a running gateway out."""

from __future__ import annotations

import gc
import logging
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial

from prometheus_client import CollectorRegistry

from mooring.gateway.app import Ports, create_app
from mooring.gateway.auth.entrance import entrance_of
from mooring.gateway.capture.caps import Caps
from mooring.gateway.capture.log import Log, NoLog
from mooring.gateway.capture.make import make_log
from mooring.gateway.capture.settings import LogSettings
from mooring.gateway.drain import Drain
from mooring.gateway.edge.door import Door
from mooring.gateway.hangup import Hangup
from mooring.gateway.lines import Lines
from mooring.gateway.logs import RequestLines
from mooring.gateway.metrics import MetricsPort
from mooring.gateway.prediction_ids import PredictionIds
from mooring.gateway.predictor import CaptureShadow
from mooring.gateway.requestlog import Write, unwritten
from mooring.gateway.server import listen_at, make_server
from mooring.gateway.settings import Settings
from mooring.gateway.tracing.exporter import Exporter
from mooring.gateway.traffic.copy import LastGood
from mooring.gateway.traffic.fleet import Fleet
from mooring.gateway.traffic.models import Models
from mooring.gateway.traffic.reload import Follower
from mooring.gateway.traffic.source import Source, Start, start
from mooring.telemetry.binding import Instruments, bind, new_registry
from mooring.telemetry.catalogue import metrics_of
from mooring.telemetry.operation import LOG_LINES_DROPPED

_log = logging.getLogger(__name__)

LogOf = Callable[[LogSettings, CollectorRegistry], Log]


def ports_of(
    settings: Settings,
    begin: Start,
    instruments: Instruments,
    log: Log | None = None,
    tell: Write = unwritten,
) -> Ports:
    """Make what the application works with; without a log nothing is remembered, and `tell` takes
    what there is to say of each request.
    """
    models, log, hangup = Models(), log or NoLog(), Hangup()
    fleet = Fleet(settings, models, instruments, CaptureShadow(log))
    source, copy = Source(settings.routing), LastGood(settings.routing_copy)
    follower = Follower(source, copy, fleet, instruments, settings.routing_seconds, begin)
    hangup.subscribe(follower.look_now)
    return Ports(
        settings=settings,
        models=models,
        instruments=instruments,
        drain=Drain(settings.drain_seconds),
        entrance=entrance_of(settings.authentication, settings.auth, instruments),
        follower=follower,
        hangup=hangup,
        log=log,
        ids=PredictionIds(settings.log.id_secrets),
        caps=Caps(settings.log.labels_per_minute, time.monotonic),
        exporter=Exporter(settings.collector, instruments) if settings.collector.url else None,
        tell=tell,
    )


def run(settings: Settings, lines: Lines, log_of: LogOf = make_log) -> int:
    """Serve until a signal ends it; returns the exit code. Raises StartError.

    `lines` takes what is said of requests, and what the process logs besides; `log_of` makes what
    remembers predictions.
    """
    begin = start(settings.routing, LastGood(settings.routing_copy))
    registry = new_registry()
    instruments = bind(metrics_of("gateway"), registry)
    lines.on_loss = partial(instruments.add, LOG_LINES_DROPPED)
    log = log_of(settings.log, registry) if settings.log.on else NoLog()
    ports = ports_of(settings, begin, instruments, log, RequestLines(lines))
    server = make_server(create_app(ports), ports.drain, Door(settings.edge, instruments))
    with (
        closing(listen_at(settings)) as public,
        closing(
            MetricsPort.open(settings.metrics_host, settings.metrics_port, registry)
        ) as private,
    ):
        host, port = public.getsockname()[:2]
        facts = {"host": host, "port": port, "metrics_port": private.port}
        # What was made until now stays: a full collection need not look at it again. It is looked
        # at while requests wait.
        gc.collect()
        gc.freeze()
        _log.info("gateway is listening", extra=facts | {"routing_version": begin.routing.version})
        server.run(sockets=[public])
    _log.info("gateway stopped", extra={"exit_code": server.exit_code})
    return server.exit_code
