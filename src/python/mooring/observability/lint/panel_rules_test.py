from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from mooring.observability.lint.finding import readable
from mooring.observability.lint.testing.good import (
    METRICS,
    P95,
    RATE,
    RATES,
    READY,
    SLOWEST,
    Json,
    board,
    findings,
    panel,
    spoiled,
)
from mooring.telemetry.monitor import MONITOR_ROWS

Spoil = Callable[[Json], object]


def setting(number: int, key: str, value: object) -> Spoil:
    """Gives a panel another value."""
    return lambda of: panel(of, number).update({key: value})


def querying(number: int, **values: object) -> Spoil:
    """Gives a panel's query other values."""
    return lambda of: panel(of, number)["targets"][0].update(values)


def drop_unit(of: Json) -> None:
    del panel(of, RATES)["fieldConfig"]["defaults"]["unit"]


def another_query(of: Json, **values: object) -> None:
    first = panel(of, RATES)["targets"][0]
    panel(of, RATES)["targets"].append({**first, **values})


def test_the_good_dashboard_has_no_findings() -> None:
    assert readable(findings(board())) == ""


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        pytest.param(
            setting(RATES, "title", " "),
            'panel-title-description-rule: dashboard "Small" (mooring-small), panel " " (id 2): '
            "it has no title",
            id="a panel without title",
        ),
        pytest.param(
            setting(RATES, "description", "Requests.\n\n**Normal:** few errors."),
            "panel-title-description-rule: "
            'dashboard "Small" (mooring-small), panel "Requests" (id 2): '
            "its description has no **Otherwise:**",
            id="a panel that does not say what to do",
        ),
        pytest.param(
            setting(RATES, "description", "**Normal:** few.\n\n**Otherwise:** look."),
            'panel "Requests" (id 2): its description does not say what it shows',
            id="a panel that does not say what it shows",
        ),
        pytest.param(
            lambda of: setting(
                RATES, "description", panel(of, RATES)["description"] + "\n\n*It is planned.*"
            )(of),
            "it is called planned, and all it asks for is exported",
            id="a panel that is still called planned",
        ),
        pytest.param(
            drop_unit,
            'panel-units-rule: dashboard "Small" (mooring-small), panel "Requests" (id 2): '
            "it has no unit",
            id="a panel without unit",
        ),
        pytest.param(
            lambda of: panel(of, RATES)["fieldConfig"]["defaults"].update(unit="reqs"),
            'panel "Requests" (id 2): Grafana knows no unit reqs',
            id="a unit that Grafana does not know",
        ),
        pytest.param(
            setting(RATES, "targets", []),
            'panel-no-targets-rule: dashboard "Small" (mooring-small), panel "Requests" (id 2): '
            "it asks nothing",
            id="a panel without query",
        ),
        pytest.param(
            lambda of: another_query(of, legendFormat="other {{code}}"),
            "panel-ref-id-rule: "
            'dashboard "Small" (mooring-small), panel "Requests" (id 2): '
            "the refIds of its queries are A, A",
            id="two queries of one id",
        ),
        pytest.param(
            setting(RATES, "datasource", {"type": "prometheus", "uid": "PD8C5"}),
            'panel-datasource-rule: dashboard "Small" (mooring-small), panel "Requests" (id 2): '
            "it does not ask ${datasource}",
            id="a panel that names one Prometheus",
        ),
        pytest.param(
            querying(RATES, datasource={"uid": "PD8C5"}),
            'panel "Requests" (id 2): query A does not ask ${datasource}',
            id="a query that names one Prometheus",
        ),
        pytest.param(
            querying(RATES, expr=RATE.replace("$__rate_interval", "5m")),
            'target-rate-interval-rule: dashboard "Small" (mooring-small), '
            'panel "Requests" (id 2): query A has a rate() over a fixed range',
            id="a rate over a range that does not follow the scrape",
        ),
        pytest.param(
            querying(RATES, expr=RATE.replace("$__rate_interval", "$__range")),
            "query A has a rate() over a fixed range",
            id="a rate over the whole range of the dashboard",
        ),
        pytest.param(
            setting(RATES, "repeat", "modle"),
            'panel-variable-rule: dashboard "Small" (mooring-small), panel "Requests" (id 2): '
            "its repeat or its title names the variable modle",
            id="a panel that is repeated for no variable",
        ),
        pytest.param(
            setting(RATES, "title", "Requests for $modle"),
            "its repeat or its title names the variable modle",
            id="a title with no variable",
        ),
        pytest.param(
            querying(SLOWEST, legendFormat="p95"),
            'panel-legend-rule: dashboard "Small" (mooring-small), panel "Slowest" (id 3): '
            "query A has series that differ in model, and its legend names none",
            id="a legend that calls several series the same",
        ),
        pytest.param(
            lambda of: another_query(of, refId="B", expr='sum(rate(up{job="a"}[1m]))'),
            "several queries have the legend {{code}}",
            id="two queries of one legend",
        ),
        pytest.param(
            lambda of: another_query(of, refId="B", legendFormat="", expr="count(up)"),
            'panel "Requests" (id 2): query B has no legend',
            id="a query without legend beside another",
        ),
    ],
)
def test_a_spoiled_panel_is_named(spoil: Spoil, expected: str) -> None:
    assert expected in readable(spoiled(spoil))


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(
            querying(RATES, expr="sum by (code) (increase(mooring_gateway_requests_total"
                                 "[$__range]))"),
            id="an increase over the range of the dashboard",
        ),
        pytest.param(
            querying(SLOWEST, expr=P95.replace("bucket[", 'bucket{model="$model"}['),
                     legendFormat="p95"),
            id="a legend without label where the label is pinned to one value",
        ),
        pytest.param(
            querying(READY, expr="mooring_gateway_model_ready", format="table"),
            id="a table, whose columns are the labels",
        ),
    ],
)  # fmt: skip
def test_a_panel_that_only_looks_unusual_passes(spoil: Spoil) -> None:
    assert readable(spoiled(spoil)) == ""


def asking_for_what_is_planned(said: str) -> Json:
    of = board()
    target = panel(of, READY)["targets"][0]
    target["expr"] = f"sum(rate({MONITOR_ROWS.name}[$__rate_interval]))"
    panel(of, READY)["description"] += said
    return of


@pytest.mark.parametrize(
    ("said", "silent"),
    [
        pytest.param("", True, id="silence is found"),
        pytest.param(" It is planned: nobody exports it yet.", False, id="the sentence is enough"),
    ],
)
def test_a_panel_says_that_its_metrics_are_planned(said: str, silent: bool) -> None:
    later = replace(MONITOR_ROWS, planned=True)
    found = findings(asking_for_what_is_planned(said), catalogue=(*METRICS, later))
    expected = (
        'panel-planned-rule: dashboard "Small" (mooring-small), panel "Ready" (id 4): '
        "no process exports mooring_monitor_rows_total yet"
    )
    assert (expected in readable(found)) == silent
