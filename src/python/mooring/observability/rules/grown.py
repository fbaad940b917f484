"""Counters as rules ask for them: how much they grew in a window of their own."""

from __future__ import annotations

from mooring.observability.queries.scope import EVERY, summed
from mooring.observability.series import Named


def grown(counter: Named, window: str, *by: str, where: tuple[str, ...] = ()) -> str:
    """How much a counter, or the count of a histogram, grew; summed up by labels.

    >>> from mooring.telemetry.resilience import SHED_REQUESTS
    >>> grown(SHED_REQUESTS, "10m", "model")
    'sum by (model) (increase(mooring_gateway_shed_total[10m]))'
    """
    suffix = "" if counter.name.endswith("_total") else "_count"
    return summed(f"increase({EVERY.select(counter, *where, suffix=suffix)}[{window}])", *by)
