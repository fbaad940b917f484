from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from mooring.observability.lint.every import RULES, dashboards, lint, runbooks
from mooring.observability.lint.finding import Finding, readable
from mooring.observability.lint.testing.good import (
    METRICS,
    NOT_READY,
    RATE,
    RATES,
    READY_LEAST,
    RUNBOOKS,
    Json,
    board,
    findings,
    panel,
)
from mooring.observability.rule import Alert, Group, Recorded
from mooring.telemetry.requests import PREDICTIONS

FOREIGN = {"uid": "PD8C5"}


def of_board(spoil: Callable[[Json], object]) -> tuple[Finding, ...]:
    changed = board()
    spoil(changed)
    return findings(changed)


def of_panel(**changes: object) -> tuple[Finding, ...]:
    return of_board(lambda of: panel(of, RATES).update(changes))


def of_query(expr: str, legend: str = "{{code}}") -> tuple[Finding, ...]:
    new = {"expr": expr, "legendFormat": legend}
    return of_board(lambda of: panel(of, RATES)["targets"][0].update(new))


def of_rules(*rules: Recorded | Alert) -> tuple[Finding, ...]:
    return findings(board(), *rules)


# One mistake for each rule, in its simplest form; the tests beside each rule have the others.
MISTAKES: dict[str, Callable[[], tuple[Finding, ...]]] = {
    "dashboard-schema-rule": lambda: of_board(lambda of: of.update(bogus=1)),
    "dashboard-uid-rule": lambda: of_board(lambda of: of.update(uid="other")),
    "uneditable-dashboard": lambda: of_board(lambda of: of.update(editable=True)),
    "template-datasource-rule": lambda: of_board(lambda of: of["templating"]["list"].pop(0)),
    "template-on-time-change-reload-rule": lambda: of_board(
        lambda of: of["templating"]["list"][1].update(refresh=1)
    ),
    "template-panel-datasource-rule": lambda: of_board(
        lambda of: of["templating"]["list"][1].update(datasource=FOREIGN)
    ),
    "dashboard-link-rule": lambda: of_board(lambda of: of["links"][0].update(tags=["other"])),
    "dashboard-link-variables-rule": lambda: of_board(
        lambda of: of["links"][0].update(keepTime=False)
    ),
    "panel-id-rule": lambda: of_panel(id=0),
    "panel-title-unique-rule": lambda: of_panel(title="Ready"),
    "panel-grid-rule": lambda: of_panel(gridPos={"x": 13, "y": 40, "w": 12, "h": 8}),
    "panel-overlap-rule": lambda: of_panel(gridPos={"x": 1, "y": 1, "w": 12, "h": 8}),
    "panel-schema-rule": lambda: of_panel(bogus=1),
    "panel-title-description-rule": lambda: of_panel(description=""),
    "panel-units-rule": lambda: of_panel(fieldConfig={"defaults": {}, "overrides": []}),
    "panel-no-targets-rule": lambda: of_panel(targets=[]),
    "panel-ref-id-rule": lambda: of_board(lambda of: panel(of, RATES)["targets"][0].pop("refId")),
    "panel-datasource-rule": lambda: of_panel(datasource=FOREIGN),
    "target-rate-interval-rule": lambda: of_query(RATE.replace("$__rate_interval", "5m")),
    "panel-legend-rule": lambda: of_query(RATE, legend=""),
    "panel-variable-rule": lambda: of_panel(repeat="other"),
    "panel-planned-rule": lambda: of_panel(description="It is planned."),
    "panel-field-rule": lambda: of_board(
        lambda of: panel(of, RATES)["fieldConfig"].update(
            overrides=[{"matcher": {"id": "byFrameRefID", "options": "B"}, "properties": []}]
        )
    ),
    "target-promql-rule": lambda: of_query("sum("),
    "target-variable-rule": lambda: of_query(RATE.replace("$__rate_interval", "$window")),
    "target-metric-rule": lambda: of_query(RATE.replace("requests", "request")),
    "target-label-rule": lambda: of_query(RATE.replace("route=", "rout=")),
    "target-value-rule": lambda: of_query(RATE.replace("route=~", "code=~")),
    "target-text-rule": lambda: of_query(RATE, legend="{{cod}}"),
    "target-counter-agg-rule": lambda: of_query("sum by (code) (mooring_gateway_requests_total)"),
    "recorded-name-rule": lambda: of_rules(replace(READY_LEAST, name="ready")),
    "recorded-labels-rule": lambda: of_rules(replace(READY_LEAST, carries=())),
    "alert-words-rule": lambda: of_rules(READY_LEAST, replace(NOT_READY, summary="")),
    "alert-panel-rule": lambda: of_rules(READY_LEAST, replace(NOT_READY, panel="Other")),
    "alert-runbook-rule": lambda: findings(board(), runbooks={}),
    "alert-planned-rule": lambda: of_rules(READY_LEAST, replace(NOT_READY, planned=True)),
    "runbook-alert-rule": lambda: findings(board(), runbooks={**RUNBOOKS, "Other": "# Other"}),
    "catalogue-coverage-rule": lambda: findings(board(), catalogue=(*METRICS, PREDICTIONS)),
    "recorded-coverage-rule": lambda: of_rules(READY_LEAST),
}


def test_there_is_a_mistake_for_every_rule() -> None:
    assert set(MISTAKES) == set(RULES)


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_finds_its_mistake(rule: str) -> None:
    assert rule in {finding.rule for finding in MISTAKES[rule]()}


def test_a_finding_is_told_once() -> None:
    group = Group("readiness", (READY_LEAST, NOT_READY, NOT_READY))
    found = lint([board()], (group,), {}, METRICS)
    assert readable(found).count("it has no runbook") == 1


def test_dashboards_and_runbooks_are_read_by_their_places(tmp_path: Path) -> None:
    boards, books = tmp_path / "deploy/grafana/dashboards", tmp_path / "docs/runbooks"
    boards.mkdir(parents=True)
    books.mkdir(parents=True)
    (boards / "mooring-small.json").write_text(json.dumps(board()))
    (books / "ModelNotReady.md").write_text(RUNBOOKS["ModelNotReady"])
    (books / "README.md").write_text("# Runbooks\n")

    assert dashboards(tmp_path) == (board(),)
    assert runbooks(tmp_path) == RUNBOOKS
