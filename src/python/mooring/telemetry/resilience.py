"""How the gateway withstands overload and services that fail."""

from __future__ import annotations

from mooring.telemetry.labels import MODEL, VERSION
from mooring.telemetry.metric import Label, Metric

REPLICA = Label("replica", bound="the place in the list of addresses of the routing document")
RETRY = Label("outcome", ("ok", "failed", "no_budget", "no_replica"))
SHED = Label("reason", ("queue_full", "queue_timeout"))
WHERE = Label("where", ("queue", "hop"))

BREAKER_STATE = Metric(
    "mooring_gateway_breaker_state", "gauge",
    "Of one replica's circuit breaker: 0 closed, 1 half-open, 2 open.",
    ("gateway",), (MODEL, VERSION, REPLICA),
)  # fmt: skip
RETRIES = Metric(
    "mooring_gateway_retries_total", "counter",
    "Calls that failed before anything was executed, by what came of asking again.",
    ("gateway",), (MODEL, RETRY),
)  # fmt: skip
SHED_REQUESTS = Metric(
    "mooring_gateway_shed_total", "counter",
    "Requests that were turned away because too many others were under way.",
    ("gateway",), (MODEL, SHED),
)  # fmt: skip
EXPIRED = Metric(
    "mooring_gateway_expired_total", "counter",
    "Requests that were dropped because their deadline passed before a service was asked.",
    ("gateway",), (MODEL, WHERE),
)  # fmt: skip
IN_FLIGHT = Metric(
    "mooring_gateway_in_flight", "gauge",
    "Prediction requests that are worked on.",
    ("gateway",), (MODEL,),
)  # fmt: skip
QUEUED = Metric(
    "mooring_gateway_queued", "gauge",
    "Prediction requests that wait to be worked on.",
    ("gateway",), (MODEL,),
)  # fmt: skip
LIMIT = Metric(
    "mooring_gateway_in_flight_limit", "gauge",
    "How many prediction requests may be worked on at once.",
    ("gateway",), (MODEL,),
)  # fmt: skip

METRICS = (BREAKER_STATE, RETRIES, SHED_REQUESTS, EXPIRED, IN_FLIGHT, QUEUED, LIMIT)
