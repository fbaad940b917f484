"""Requests as their callers meet them."""

from __future__ import annotations

from mooring.telemetry.labels import (
    CODE_CLASS,
    FEATURE,
    METHOD,
    MODEL,
    REQUEST_SECONDS,
    ROUTE,
    VERSION,
    VIOLATION,
)
from mooring.telemetry.metric import Metric

GATEWAY_REQUESTS = Metric(
    "mooring_gateway_requests_total", "counter",
    "Requests by route template, method and class of status code.",
    ("gateway",), (ROUTE, METHOD, CODE_CLASS),
)  # fmt: skip
GATEWAY_REQUEST_SECONDS = Metric(
    "mooring_gateway_request_duration_seconds", "histogram",
    "Time from the first byte of a prediction request to the end of its answer.",
    ("gateway",), (MODEL,), "seconds", REQUEST_SECONDS,
)  # fmt: skip
PREDICTIONS = Metric(
    "mooring_predictions_total", "counter",
    "Rows that were answered with a prediction.",
    ("gateway",), (MODEL, VERSION),
)  # fmt: skip
INPUT_VIOLATIONS = Metric(
    "mooring_input_violations_total", "counter",
    "Broken promises of the contract in refused requests, at most 20 of each request.",
    ("gateway",), (MODEL, FEATURE, VIOLATION),
)  # fmt: skip

METRICS = (GATEWAY_REQUESTS, GATEWAY_REQUEST_SECONDS, PREDICTIONS, INPUT_VIOLATIONS)
