from __future__ import annotations

from dataclasses import replace

from mooring.observability.panel import Panel
from mooring.observability.planned import is_planned, planned_metrics
from mooring.observability.query import Query
from mooring.telemetry.requests import GATEWAY_REQUEST_SECONDS, GATEWAY_REQUESTS

NOW = GATEWAY_REQUESTS.name
LATER = replace(GATEWAY_REQUEST_SECONDS, planned=True)
CATALOGUE = (GATEWAY_REQUESTS, LATER)


def test_a_query_waits_for_the_planned_metrics_that_it_names() -> None:
    asked = Query(f"rate({LATER.name}_bucket[5m]) / {NOW}")
    assert planned_metrics(asked, CATALOGUE) == (LATER.name,)
    assert planned_metrics(Query(f"{LATER.name}_of_others + {NOW}"), CATALOGUE) == ()


def test_a_panel_is_planned_when_all_its_queries_are() -> None:
    later, now = Query(f"{LATER.name}_sum"), Query(NOW)
    assert is_planned(_panel(later, later), CATALOGUE)
    assert not is_planned(_panel(later, now), CATALOGUE)


def _panel(*queries: Query) -> Panel:
    return Panel("Title", "stat", queries, "none", "Shown.", "Normal.", "Do.")
