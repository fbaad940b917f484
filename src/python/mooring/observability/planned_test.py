from __future__ import annotations

import pytest

from mooring.observability.panel import Panel
from mooring.observability.planned import is_planned, planned_metrics
from mooring.observability.query import Query
from mooring.telemetry.catalogue import CATALOGUE

NOW = next(m for m in CATALOGUE if not m.planned).name
LATER = next((m for m in CATALOGUE if m.planned and m.kind == "histogram"), None)


@pytest.mark.skipif(LATER is None, reason="no metric is planned any more")
def test_a_query_waits_for_the_planned_metrics_that_it_names() -> None:
    assert LATER is not None
    assert planned_metrics(Query(f"rate({LATER.name}_bucket[5m]) / {NOW}")) == (LATER.name,)
    assert planned_metrics(Query(f"{LATER.name}_of_others + {NOW}")) == ()


@pytest.mark.skipif(LATER is None, reason="no metric is planned any more")
def test_a_panel_is_planned_when_all_its_queries_are() -> None:
    assert LATER is not None
    later, now = Query(f"{LATER.name}_sum"), Query(NOW)
    assert is_planned(_panel(later, later))
    assert not is_planned(_panel(later, now))


def _panel(*queries: Query) -> Panel:
    return Panel("Title", "stat", queries, "none", "Shown.", "Normal.", "Do.")
