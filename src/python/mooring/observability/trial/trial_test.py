from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from mooring.observability.grafana.expected import expected
from mooring.observability.grafana.files import files
from mooring.observability.programs import PROMETHEUS, PROMTOOL
from mooring.observability.prometheus.client import PrometheusClient
from mooring.observability.rules.every import alerts, groups, recorded
from mooring.observability.testing.programs import path_or_skip
from mooring.observability.trial.asked import Dashboard, read
from mooring.observability.trial.database import filled
from mooring.observability.trial.every import DRIFTED, HEALTHY, OUTAGE, SCENARIOS
from mooring.observability.trial.execute import (
    Executed,
    Reader,
    execute,
    findings,
    never_answered,
)
from mooring.observability.trial.scenario import Scenario

# The one alert that always fires: that it stops is what is noticed.
ALWAYS = {"Watchdog"}

DASHBOARDS = [
    read(text) for path, text in files().items() if path.startswith("deploy/grafana/dashboards/")
]
WHICH = pytest.mark.parametrize("board", DASHBOARDS, ids=lambda board: board.uid)


def may_be_empty(board: Dashboard) -> frozenset[int]:
    """Ids of the panels of which no data is good news."""
    panels = expected().items()
    return frozenset(i for (uid, i), p in panels if uid == board.uid and p.empty_when_healthy)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrometheusClient]:
    path_or_skip(PROMETHEUS)
    path_or_skip(PROMTOOL)
    with filled(tmp_path_factory.mktemp("trial"), SCENARIOS, groups()) as client:
        yield client


class Runs:
    """Each board in each scenario, executed once."""

    def __init__(self, client: PrometheusClient) -> None:
        self._client = client
        self._known: dict[tuple[str, str], Executed] = {}

    def of(self, board: Dashboard, scenario: Scenario) -> Executed:
        key = (board.uid, scenario.name)
        if key not in self._known:
            self._known[key] = execute(board, Reader(self._client, scenario.span.window))
        return self._known[key]


@pytest.fixture(scope="module")
def runs(client: PrometheusClient) -> Runs:
    return Runs(client)


@WHICH
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_every_query_of_a_board_is_answered(
    board: Dashboard, scenario: Scenario, runs: Runs
) -> None:
    found = findings(runs.of(board, scenario), may_be_empty(board))
    assert not found, "\n".join(map(str, found))


@WHICH
def test_what_may_be_empty_and_what_marks_events_shows_when_things_go_wrong(
    board: Dashboard, runs: Runs
) -> None:
    wrong = [runs.of(board, scenario) for scenario in (DRIFTED, OUTAGE)]
    found = never_answered(wrong, may_be_empty(board))
    assert not found, "\n".join(map(str, found))


@pytest.mark.parametrize("rule", (*recorded(), *alerts()), ids=lambda rule: rule.name)
def test_every_rule_can_be_evaluated(rule: Any, client: PrometheusClient) -> None:
    for scenario in SCENARIOS:
        client.query(rule.expr, scenario.span.end)


@pytest.mark.parametrize("rule", recorded(), ids=lambda rule: rule.name)
def test_every_recorded_series_is_there(rule: Any, client: PrometheusClient) -> None:
    assert client.query(rule.name, HEALTHY.span.end)


def test_no_alert_fires_while_all_is_well(client: PrometheusClient) -> None:
    span = HEALTHY.span
    fired = client.query_range("ALERTS", span.start, span.end, span.step)
    assert {series.labels["alertname"] for series in fired} <= ALWAYS


@pytest.mark.parametrize("scenario", [DRIFTED, OUTAGE], ids=lambda scenario: scenario.name)
def test_alerts_fire_when_things_go_wrong(scenario: Scenario, client: PrometheusClient) -> None:
    fired = client.query('ALERTS{alertstate="firing"}', scenario.span.end)
    assert {series.labels["alertname"] for series in fired} - ALWAYS


# What is seeded below has to be found: a trial that cannot fail would prove nothing.

IN_FLIGHT = 'sum by (model) (mooring_gateway_in_flight{model="$model"})'
VARIABLE = {
    "name": "model",
    "type": "query",
    "query": "label_values(mooring_model_info, model)",
}


def seeded(expr: str, variable: Mapping[str, Any] = VARIABLE) -> Dashboard:
    target = {"refId": "A", "expr": expr, "range": True}
    panel = {"id": 7, "title": "Requests in flight", "type": "timeseries", "targets": [target]}
    board = {
        "uid": "mooring-seeded",
        "title": "Seeded",
        "panels": [panel],
        "templating": {"list": [variable]},
    }
    return read(json.dumps(board))


def said(board: Dashboard, client: PrometheusClient, scenario: Scenario = HEALTHY) -> str:
    return "\n".join(map(str, findings(execute(board, Reader(client, scenario.span.window)))))


def test_a_board_in_order_is_not_complained_of(client: PrometheusClient) -> None:
    assert said(seeded(IN_FLIGHT), client) == ""


@pytest.mark.parametrize(
    ("expr", "problem"),
    [
        pytest.param(
            'sum(mooring_gateway_in_flight{model="$model", code="9xx"})',
            "the query returns nothing",
            id="a query that returns nothing",
        ),
        pytest.param(
            'mooring_gateway_in_flght{model="$model"}',
            "the query returns nothing",
            id="a metric that was renamed",
        ),
        pytest.param(
            "mooring_gateway_queued / mooring_gateway_queued",
            "the query returns nothing",
            id="a division of nothing by nothing is not a number",
        ),
        pytest.param(
            "histogram_quantile(0.9, sum(rate(mooring_label_delay_seconds_bucket[5m])))",
            "the query returns nothing",
            id="a quantile without its bounds",
        ),
        pytest.param(
            "mooring_model_info / on (model) mooring_gateway_in_flight",
            "Prometheus refuses the query: ",
            id="a join of many to many",
        ),
        pytest.param(
            "sum by (model (up)", "Prometheus refuses the query: ", id="a parenthesis too few"
        ),
        pytest.param(
            'mooring_gateway_in_flight{model="$modle"}',
            "nothing defines the variable $modle",
            id="a variable that is misspelt",
        ),
    ],
)
def test_a_seeded_mistake_is_found_and_its_panel_named(
    expr: str, problem: str, client: PrometheusClient
) -> None:
    found = said(seeded(expr), client)
    assert 'Seeded: panel "Requests in flight" (id 7), query A: ' in found
    assert problem in found


def test_a_variable_without_values_is_found_and_named(client: PrometheusClient) -> None:
    misspelt = {**VARIABLE, "query": "label_values(mooring_model_info, modell)"}
    assert 'Seeded: variable "model"' in said(seeded(IN_FLIGHT, misspelt), client)


def test_an_empty_panel_that_stays_empty_when_things_go_wrong_is_found(
    client: PrometheusClient,
) -> None:
    board = seeded("mooring_gateway_in_flight > 1e9")
    panels = frozenset({7})
    wrong = [execute(board, Reader(client, scenario.span.window)) for scenario in (DRIFTED, OUTAGE)]
    assert findings(wrong[0], panels) == ()
    assert 'panel "Requests in flight" (id 7)' in str(never_answered(wrong, panels)[0])
