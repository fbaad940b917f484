"""Connections and what never became a request."""

from __future__ import annotations

from mooring.telemetry.labels import TURNED_AWAY
from mooring.telemetry.metric import Metric

EDGE_CONNECTIONS = Metric(
    "mooring_gateway_connections", "gauge",
    "Connections of callers that are open.",
    ("gateway",),
)  # fmt: skip
EDGE_TURNED_AWAY = Metric(
    "mooring_gateway_turned_away_total", "counter",
    "Connections and requests that were ended before the application saw them.",
    ("gateway",), (TURNED_AWAY,),
)  # fmt: skip

METRICS = (EDGE_CONNECTIONS, EDGE_TURNED_AWAY)
