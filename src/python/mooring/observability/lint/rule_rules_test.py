from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mooring.observability.lint.finding import readable
from mooring.observability.lint.testing.good import (
    METRICS,
    NOT_READY,
    READY_LEAST,
    RUNBOOKS,
    board,
    findings,
)
from mooring.observability.rule import Alert, Recorded
from mooring.telemetry.monitor import MONITOR_ROWS

ALERT = 'rules "readiness", alert ModelNotReady (panel "Ready" of mooring-small)'
RECORD = 'rules "readiness", record model:mooring_ready:min'


def alert(**changes: Any) -> Alert:
    return replace(NOT_READY, **changes)


def record(**changes: Any) -> Recorded:
    return replace(READY_LEAST, **changes)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        pytest.param(
            alert(expr="model:mooring_ready:mim < 1"),
            f"target-metric-rule: {ALERT}: no metric is called model:mooring_ready:mim",
            id="a recorded series that no rule records",
        ),
        pytest.param(
            alert(expr="model:mooring_ready:min{modle='a'} < 1"),
            f"target-label-rule: {ALERT}: model:mooring_ready:min has no label modle, only model",
            id="a label that the recorded series does not carry",
        ),
        pytest.param(
            alert(summary="{{ $labels.version }} is not ready"),
            f"target-text-rule: {ALERT}: its text names the label version, "
            "which the answer does not carry (model)",
            id="a summary with a label that is aggregated away",
        ),
        pytest.param(
            alert(expr="rate(mooring_gateway_requests_total[$__rate_interval]) > 1"),
            f"{ALERT}: there is no variable $__rate_interval",
            id="a variable of Grafana in a rule",
        ),
        pytest.param(
            alert(severity="critical"),
            f"alert-words-rule: {ALERT}: no severity is called critical. "
            "Take one of page, ticket, info",
            id="a severity that no receiver knows",
        ),
        pytest.param(
            alert(action="restart"),
            "no action is called restart",
            id="an action that no receiver knows",
        ),
        pytest.param(alert(summary=" "), "it has no summary", id="no summary"),
        pytest.param(
            alert(name="model_not_ready"),
            "alert model_not_ready (panel \"Ready\" of mooring-small): its name is not written",
            id="a name with underscores",
        ),
        pytest.param(
            alert(board="mooring-smal"),
            "there is no dashboard mooring-smal. Name one there is, mooring-small perhaps.",
            id="a dashboard that is not there",
        ),
        pytest.param(
            alert(panel="Redy"),
            'alert ModelNotReady (panel "Redy" of mooring-small): '
            'there is no panel "Redy" on mooring-small. Name one there is, Ready perhaps.',
            id="a panel that is not there",
        ),
        pytest.param(
            alert(name="ModelAway"),
            'alert-runbook-rule: rules "readiness", '
            'alert ModelAway (panel "Ready" of mooring-small): it has no runbook. '
            "Write docs/runbooks/ModelAway.md.",
            id="an alert without runbook",
        ),
        pytest.param(
            alert(name="ModelAway"),
            "runbook-alert-rule: runbook docs/runbooks/ModelNotReady.md, alert ModelNotReady: "
            "no alert has this name",
            id="a runbook without alert",
        ),
        pytest.param(
            alert(planned=True),
            f"alert-planned-rule: {ALERT}: it is marked planned, and all it asks for is exported",
            id="an alert that is still called planned",
        ),
        pytest.param(
            alert(expr=f"increase({MONITOR_ROWS.name}[5m]) == 0"),
            f"{ALERT}: no process exports {MONITOR_ROWS.name} yet",
            id="an alert that is not called planned",
        ),
        pytest.param(
            record(name="mooring_ready_min"),
            "recorded-name-rule: rules \"readiness\", record mooring_ready_min: "
            "its name is not level:metric:operation",
            id="a recorded series whose name does not say its level",
        ),
        pytest.param(
            record(carries=("model", "version")),
            f"recorded-labels-rule: {RECORD}: it is said to carry model, version, "
            "and carries model",
            id="a recorded series that is said to carry more than it does",
        ),
        pytest.param(
            record(labels={"slo": "readiness"}, expr="min(mooring_gateway_model_ready)"),
            "it is said to carry model, slo, and carries slo",
            id="a recorded series with a label of its own",
        ),
        pytest.param(
            record(expr="min by (modle) (mooring_gateway_model_ready)"),
            f"target-label-rule: {RECORD}: min by names the label modle",
            id="a label that is misspelt in a recording rule",
        ),
    ],
)  # fmt: skip
def test_a_spoiled_rule_is_named(rule: Recorded | Alert, expected: str) -> None:
    rules = (rule, NOT_READY) if isinstance(rule, Recorded) else (READY_LEAST, rule)
    later = replace(MONITOR_ROWS, planned=True)
    assert expected in readable(findings(board(), *rules, catalogue=(*METRICS, later)))


def test_a_query_in_a_runbook_is_checked() -> None:
    spoiled = {"ModelNotReady": RUNBOOKS["ModelNotReady"].replace("_ready", "_raedy")}
    assert (
        "target-metric-rule: runbook docs/runbooks/ModelNotReady.md, query 1: "
        "no metric is called model:mooring_raedy:min"
    ) in readable(findings(board(), runbooks=spoiled))


def test_an_empty_runbook_is_none() -> None:
    found = readable(findings(board(), runbooks={"ModelNotReady": "\n"}))
    assert f"alert-runbook-rule: {ALERT}: it has no runbook" in found
