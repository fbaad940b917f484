"""Every metric that Mooring exports. Nothing is counted that is not declared in these modules.

Names follow the Prometheus conventions: base units, `_total` for counters, sums over labels mean
something.
"""

from __future__ import annotations

from mooring.telemetry import (
    auth,
    bins,
    capture,
    coalesce,
    drift,
    edge,
    models,
    monitor,
    operation,
    quality,
    requests,
    resilience,
    retraining,
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
    *bins.METRICS,
    *monitor.METRICS,
    *drift.METRICS,
    *quality.METRICS,
    *retraining.METRICS,
    *traffic.METRICS,
)


def metrics_of(process: Process) -> tuple[Metric, ...]:
    """The metrics that one process exports today."""
    return tuple(m for m in CATALOGUE if process in m.owners and not m.planned)
