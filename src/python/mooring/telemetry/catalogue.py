"""Every metric that Mooring exports. Nothing is counted that is not declared here.

Names follow the Prometheus conventions: base units, `_total` for counters, sums over labels mean
something. No label ever carries a request id, a raw path, a value or the text of an error.
"""

from __future__ import annotations

from mooring.telemetry.metric import Label, Metric, Process

MODEL = Label("model", bound="the routing document")
VERSION = Label("version", bound="live versions of the routing document")
BUNDLE = Label("bundle", bound="live versions of the routing document")
CONTRACT = Label("contract", bound="live versions of the routing document")
FEATURE = Label("feature", bound="features of the contract; empty for the whole request")
ROUTE = Label("route", bound="route templates of the gateway, and `unmatched`")
METHOD = Label("method", ("GET", "HEAD", "POST", "OPTIONS", "other"))
CODE_CLASS = Label("code", ("1xx", "2xx", "3xx", "4xx", "5xx"))
VIOLATION = Label(
    "kind",
    ("missing", "type", "range", "category", "not_finite", "unknown_field", "rows", "malformed",
     "other"),
)  # fmt: skip
OUTCOME = Label(
    "outcome",
    ("ok", "unreachable", "disconnected", "timeout", "refused", "changed", "invalid"),
)

# From a cache-warm single row to the longest deadline anyone should promise; 0.1 s is the latency
# objective, so it has to be an edge.
REQUEST_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
# A compiled model takes tens of microseconds for a row, a thousand rows some milliseconds.
INFERENCE_SECONDS = (0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.01, 0.05, 0.25, 1.0)

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
MODEL_READY = Metric(
    "mooring_gateway_model_ready", "gauge",
    "1 while the model's service is ready and serves what the routing document names, else 0.",
    ("gateway",), (MODEL,),
)  # fmt: skip
MODEL_INFO = Metric(
    "mooring_model_info", "gauge",
    "1 for each live version; digests are cut to 12 characters.",
    ("gateway", "service"), (MODEL, VERSION, BUNDLE, CONTRACT),
)  # fmt: skip
SERVICE_PREDICTIONS = Metric(
    "mooring_service_predictions_total", "counter",
    "Rows that the model service predicted.",
    ("service",), (MODEL, VERSION),
)  # fmt: skip
SERVICE_INFERENCE_SECONDS = Metric(
    "mooring_service_inference_seconds", "histogram",
    "Time inside the model's runtime for one batch of rows.",
    ("service",), (MODEL, VERSION), "seconds", INFERENCE_SECONDS,
)  # fmt: skip
SERVICE_BUNDLE_LOAD_SECONDS = Metric(
    "mooring_service_bundle_load_seconds", "gauge",
    "Time from opening the bundle to the last golden sample that agreed.",
    ("service",), (MODEL, VERSION), "seconds",
)  # fmt: skip

CATALOGUE = (
    GATEWAY_REQUESTS,
    GATEWAY_REQUEST_SECONDS,
    PREDICTIONS,
    INPUT_VIOLATIONS,
    UPSTREAM_REQUESTS,
    UPSTREAM_SECONDS,
    MODEL_READY,
    MODEL_INFO,
    SERVICE_PREDICTIONS,
    SERVICE_INFERENCE_SECONDS,
    SERVICE_BUNDLE_LOAD_SECONDS,
)


def metrics_of(process: Process) -> tuple[Metric, ...]:
    """The metrics that one process exports."""
    return tuple(metric for metric in CATALOGUE if process in metric.owners)
