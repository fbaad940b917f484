"""Calls of the gateway to the model services."""

from __future__ import annotations

from mooring.telemetry.labels import MODEL, OUTCOME, REQUEST_SECONDS
from mooring.telemetry.metric import Metric

UPSTREAM_REQUESTS = Metric(
    "mooring_gateway_upstream_requests_total", "counter",
    "Calls to the model service by outcome; a retried call counts twice.",
    ("gateway",), (MODEL, OUTCOME),
)  # fmt: skip
UPSTREAM_SECONDS = Metric(
    "mooring_gateway_upstream_duration_seconds", "histogram",
    "Time that a successful call to the model service took.",
    ("gateway",), (MODEL,), "seconds", REQUEST_SECONDS,
)  # fmt: skip

METRICS = (UPSTREAM_REQUESTS, UPSTREAM_SECONDS)
