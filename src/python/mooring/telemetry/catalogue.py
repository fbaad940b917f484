"""Every metric that Mooring exports. Nothing is counted that is not declared in these modules.

Names follow the Prometheus conventions: base units, `_total` for counters, sums over labels mean
something.
"""

from __future__ import annotations

from mooring.telemetry import (
    auth,
    capture,
    coalesce,
    edge,
    models,
    operation,
    requests,
    resilience,
    service,
    traffic,
    upstream,
)
from mooring.telemetry.metric import Metric, Process

CATALOGUE = (
    *auth.METRICS,
    *requests.METRICS,
    *edge.METRICS,
    *upstream.METRICS,
    *coalesce.METRICS,
    *capture.METRICS,
    *resilience.METRICS,
    *models.METRICS,
    *operation.METRICS,
    *service.METRICS,
    *traffic.METRICS,
)


def metrics_of(process: Process) -> tuple[Metric, ...]:
    """The metrics that one process exports."""
    return tuple(metric for metric in CATALOGUE if process in metric.owners)
