"""No panel that should have data is empty while real flights flow through the real processes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from mooring.observability.grafana.expected import expected
from mooring.observability.grafana.files import files
from mooring.observability.planned import planned_metrics
from mooring.observability.programs import ALERTMANAGER, PROMETHEUS
from mooring.observability.query import Query as PanelQuery
from mooring.observability.testing.programs import path_or_skip
from mooring.observability.trial.asked import Dashboard, Query, read
from mooring.observability.trial.execute import Reader, execute, findings
from mooring.telemetry.catalogue import metrics_of
from tests.observability.callers import asking
from tests.observability.live import Scene, scene

# Rules follow each other, and a rate needs two scrapes: on an idle machine it takes ten seconds.
DEADLINE_SECONDS = 120.0
# Between two looks: nothing tells that a scrape has been.
PAUSE_SECONDS = 0.5

DASHBOARDS = [
    read(text) for path, text in files().items() if path.startswith("deploy/grafana/dashboards/")
]


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    path_or_skip(PROMETHEUS)
    path_or_skip(ALERTMANAGER)
    with scene(tmp_path_factory.mktemp("live")) as running, asking(running.gateway):
        until(lambda: running.client.query("mooring_gateway_canary_weight_ratio > 0"))
        version = running.services[1].service.version
        predicted = f'mooring_service_predictions_total{{version="{version}"}} > 0'
        until(lambda: running.client.query(predicted))
        running.publish("shadow")
        yield running


def until(found: Callable[[], object]) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not found():
        assert time.monotonic() < deadline, "what the test waits for never happened"
        time.sleep(PAUSE_SECONDS)


def should_have_data(board: Dashboard) -> Dashboard:
    """The board without what the monitor shows, since none runs here, and without what is empty
    while all is well.
    """
    known = expected()

    def asked(query: Query) -> bool:
        panel = known[(board.uid, query.panel or 0)]
        return not panel.empty_when_healthy and not of_monitor(query.expr)

    known_variables = (v for v in board.variables if not of_monitor(v.match))
    return replace(
        board,
        queries=tuple(query for query in board.queries if asked(query)),
        variables=tuple(known_variables),
    )


def of_monitor(expr: str) -> bool:
    """Whether a query asks for a metric that only a monitor shows."""
    away = [replace(metric, planned=True) for metric in metrics_of("monitor")]
    return bool(planned_metrics(PanelQuery(expr), away))


def said(board: Dashboard, live: Scene) -> str:
    return "\n".join(map(str, findings(execute(board, Reader(live.client, live.window)))))


@pytest.mark.parametrize("board", DASHBOARDS, ids=lambda board: board.uid)
def test_no_panel_that_should_have_data_is_empty(board: Dashboard, live: Scene) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    judged = should_have_data(board)
    while found := said(judged, live):
        assert time.monotonic() < deadline, found
        time.sleep(PAUSE_SECONDS)


def test_a_panel_that_nothing_feeds_is_found_and_named(live: Scene) -> None:
    query = Query(
        'panel "Rows" (id 7), query A', "rate(mooring_predictons_total[$__rate_interval])"
    )
    board = Dashboard("seeded", "Seeded", (query,), (), (), {})
    assert said(board, live).startswith('Seeded: panel "Rows" (id 7), query A: the query returns')


def test_every_target_is_scraped(live: Scene) -> None:
    states = {series.labels["instance"]: series.last for series in live.client.query("up")}
    assert set(states.values()) == {1.0}
    assert len(states) == len(live.services) + 3
