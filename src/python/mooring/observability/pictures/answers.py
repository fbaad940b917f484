"""What a dashboard shows of a stretch of time: the answers to all that its panels ask."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from mooring.observability.prometheus.client import PrometheusClient, Series
from mooring.observability.trial.choices import Choice, filled, intervals
from mooring.observability.trial.clock import Window

Answer = dict[str, Any]
Json = Mapping[str, Any]


def answers(
    client: PrometheusClient, dashboard: Json, window: Window, variables: Choice
) -> dict[str, dict[str, list[Answer]]]:
    """The series of each query by the panel's id and the query's letter."""
    choice = {**intervals(window), **variables}
    return {
        str(panel["id"]): {
            target["refId"]: [_plain(series) for series in _asked(client, target, window, choice)]
            for target in panel["targets"]
        }
        for panel in _panels(dashboard)
    }


def _panels(dashboard: Json) -> Iterator[Json]:
    return (panel for panel in dashboard["panels"] if panel["type"] != "row")


def _asked(
    client: PrometheusClient, target: Json, window: Window, choice: Choice
) -> tuple[Series, ...]:
    expr = filled(target["expr"], choice)
    if target.get("instant"):
        return client.query(expr, at=window.end)
    return client.query_range(expr, window.start, window.end, window.step)


# JSON has no NaN: a point without a value is a gap, as in Grafana.
def _plain(series: Series) -> Answer:
    points = [[at, value if math.isfinite(value) else None] for at, value in series.points]
    return {"labels": dict(series.labels), "points": points}
