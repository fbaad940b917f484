"""How requests travel together from the gateway to the model services."""

from __future__ import annotations

from mooring.telemetry.labels import MODEL
from mooring.telemetry.metric import Metric

_POWERS_OF_TWO = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0)

CALL_REQUESTS = Metric(
    "mooring_gateway_upstream_call_requests", "histogram",
    "Requests that travelled in one call to the model service.",
    ("gateway",), (MODEL,), buckets=_POWERS_OF_TWO,
)  # fmt: skip
CALL_ROWS = Metric(
    "mooring_gateway_upstream_call_rows", "histogram",
    "Rows that travelled in one call to the model service.",
    ("gateway",), (MODEL,), buckets=(*_POWERS_OF_TWO, 128.0, 256.0, 512.0, 1024.0),
)  # fmt: skip
ASKED_AGAIN = Metric(
    "mooring_gateway_requests_asked_again_total", "counter",
    "Requests that were asked once more by themselves, as their call was refused.",
    ("gateway",), (MODEL,),
)  # fmt: skip

METRICS = (CALL_REQUESTS, CALL_ROWS, ASKED_AGAIN)
