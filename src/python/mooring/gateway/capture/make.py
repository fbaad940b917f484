"""Making the log out of its settings."""

from __future__ import annotations

import secrets
from functools import partial

from prometheus_client import CollectorRegistry

from mooring.gateway.capture.log import PredictionLog
from mooring.gateway.capture.metrics import samples
from mooring.gateway.capture.settings import LogSettings
from mooring.gateway.tracing.context import trace_id
from mooring.predictionlog.feed import Feed
from mooring.predictionlog.journal import Owner, Rotation
from mooring.predictionlog.ledger import Bounds
from mooring.predictionlog.process import WRITER, WriterSettings, start
from mooring.predictionlog.retention import Keep
from mooring.telemetry.binding import AtScrape
from mooring.telemetry.capture import METRICS


def make_log(
    settings: LogSettings, registry: CollectorRegistry, writer: str = WRITER
) -> PredictionLog:
    """A log whose writer is a process of its own, the module `writer`, counted in `registry`.

    It is not open yet.
    """
    told = WriterSettings(
        settings.home.absolute(),
        Owner(settings.name, secrets.token_hex(4)),
        Rotation(settings.segment_bytes, settings.segment_seconds),
        Keep(settings.keep_seconds, settings.keep_bytes),
    )
    feed = Feed(partial(start, told, writer), Bounds(settings.queue_records, settings.queue_bytes))
    shown = [metric for metric in METRICS if metric.at_scrape]
    registry.register(AtScrape(shown, partial(samples, feed.state)))
    return PredictionLog(feed, settings, trace_id)
