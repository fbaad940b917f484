from __future__ import annotations

from collections.abc import Callable

import pytest

from mooring.observability.lint.finding import readable
from mooring.observability.lint.testing.good import (
    HEAT,
    METRICS,
    P95,
    RATE,
    RATES,
    READY,
    SLOWEST,
    SPREAD,
    Json,
    board,
    findings,
    panel,
    spoiled,
)
from mooring.telemetry.bins import REFERENCE_TESTABLE

Spoil = Callable[[Json], object]

REQUESTS = 'dashboard "Small" (mooring-small), panel "Requests" (id 2), query A'
SLOW = 'dashboard "Small" (mooring-small), panel "Slowest" (id 3), query A'
LEGEND = "target-text-rule"


def asking(number: int, expr: str, legend: str = "") -> Spoil:
    """Gives a panel another expression, and another legend if one is given."""
    new = {"expr": expr, **({"legendFormat": legend} if legend else {})}
    return lambda of: panel(of, number)["targets"][0].update(new)


SEEDED = [
    pytest.param(
        asking(RATES, RATE.replace("requests_total", "request_total")),
        f"target-metric-rule: {REQUESTS}: no metric is called mooring_gateway_request_total. "
        "Declare it in mooring.telemetry, record it, or name one there is, "
        "mooring_gateway_requests_total perhaps.",
        id="a metric that was renamed in code and not in the panel",
    ),
    pytest.param(
        asking(RATES, RATE.replace("by (code)", "by (cod)"), "{{cod}}"),
        f"target-label-rule: {REQUESTS}: sum by names the label cod; "
        "the series carry code, instance, job, method, route",
        id="a label that is misspelt in by",
    ),
    pytest.param(
        asking(RATES, RATE.replace("route=~", "rout=~")),
        f"target-label-rule: {REQUESTS}: mooring_gateway_requests_total has no label rout",
        id="a label that is misspelt in a matcher",
    ),
    pytest.param(
        asking(SLOWEST, P95, "{{modle}}"),
        f"{LEGEND}: {SLOW}: its text names the label modle, which the answer does not carry",
        id="a label that is misspelt in a legend",
    ),
    pytest.param(
        asking(RATES, "sum by (job) (mooring_gateway_requests_total)", "{{job}}"),
        f"target-counter-agg-rule: {REQUESTS}: mooring_gateway_requests_total is a counter "
        "and is asked for as it is",
        id="a counter as it is",
    ),
    pytest.param(
        asking(READY, "sum(rate(mooring_gateway_model_ready[$__rate_interval]))"),
        "mooring_gateway_model_ready is a gauge and has no rate()",
        id="the rate of a gauge",
    ),
    pytest.param(
        asking(RATES, RATE.replace("sum by", "sum bye")),
        f"target-promql-rule: {REQUESTS}: the expression is not PromQL (",
        id="no PromQL",
    ),
    pytest.param(
        asking(SPREAD, HEAT.replace("$model", "$modle")),
        'panel "Spread" (id 5), query A: there is no variable $modle. '
        "Declare it, or name one there is, model perhaps.",
        id="a variable that is misspelt",
    ),
    pytest.param(
        asking(RATES, RATE.replace('route=~"/v1/.*"', 'code="500"')),
        f"target-value-rule: {REQUESTS}: code of mooring_gateway_requests_total is never 500, "
        "only 1xx, 2xx, 3xx, 4xx, 5xx",
        id="a value that its label never takes",
    ),
    pytest.param(
        asking(RATES, RATE.replace('route=~"/v1/.*"', 'code=~"4xx|50x"')),
        "code of mooring_gateway_requests_total is never 50x",
        id="one of several values that its label never takes",
    ),
    pytest.param(
        asking(RATES, RATE.replace('route=~"/v1/.*"', 'code!~"6.*"')),
        "code of mooring_gateway_requests_total is never 6.*",
        id="a pattern that fits no value of its label",
    ),
    pytest.param(
        asking(SLOWEST, P95.replace("le, ", "")),
        f"target-label-rule: {SLOW}: histogram_quantile names the label le",
        id="a quantile of buckets whose bounds are aggregated away",
    ),
    pytest.param(
        asking(RATES, f"{RATE} / sum by (method) (rate(mooring_gateway_requests_total"
                      "[$__rate_interval]))"),
        f"{REQUESTS}: the sides of / never match: only one of them has code, method",
        id="a ratio whose sides have other labels",
    ),
    pytest.param(
        asking(RATES, f"{RATE} / on (code) count by (job) (up)"),
        f"{REQUESTS}: on, right of the operator, names the label code; the series carry job",
        id="a match on a label that one side does not carry",
    ),
    pytest.param(
        asking(RATES, f"{RATE} * on () group_left (versoin) count(up)"),
        "group_left or group_right names the label versoin",
        id="a label taken from a side that does not carry it",
    ),
    pytest.param(
        asking(RATES, f"{RATE} / ignoring (methode) {RATE}"),
        "ignoring names the label methode",
        id="a label to be ignored that no side carries",
    ),
    pytest.param(
        lambda of: of["templating"]["list"][1].update(
            query="label_values(mooring_gateway_model_ready, name)"
        ),
        f'{LEGEND}: dashboard "Small" (mooring-small), variable "model": '
        "its text names the label name",
        id="a variable that reads a label which the metric does not have",
    ),
    pytest.param(
        lambda of: of["annotations"]["list"][0].update(titleFormat="{{modle}}"),
        'annotation "Ready again": its text names the label modle',
        id="an annotation that shows a label which the metric does not have",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("spoil", "expected"), SEEDED)
def test_a_spoiled_query_names_its_panel(spoil: Spoil, expected: str) -> None:
    assert expected in readable(spoiled(spoil))


def test_a_query_is_checked_for_each_value_of_a_variable_that_lists_them() -> None:
    def choose(of: Json) -> None:
        of["templating"]["list"].append(
            {"name": "part", "type": "custom", "query": "count,som", "options": []}
        )
        expr = "mooring_gateway_request_duration_seconds_$part"
        panel(of, READY)["targets"][0]["expr"] = f"sum(rate({expr}[$__rate_interval]))"

    found = readable(spoiled(choose))
    assert "no metric is called mooring_gateway_request_duration_seconds_som" in found
    assert "no metric is called mooring_gateway_request_duration_seconds_count" not in found


def test_two_processes_that_are_matched_by_their_target_are_found() -> None:
    changed = board()
    panel(changed, READY)["targets"][0][
        "expr"
    ] = "min(mooring_gateway_model_ready == ignoring (version) mooring_reference_testable)"
    found = readable(findings(changed, catalogue=(*METRICS, REFERENCE_TESTABLE)))
    assert "never match: gateway and service differ in instance, job" in found
