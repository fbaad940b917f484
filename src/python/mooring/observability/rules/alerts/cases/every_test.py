"""Each alert fires when it should and is quiet when it should, in Prometheus' own evaluation."""

from __future__ import annotations

from typing import Any

import pytest

from mooring.observability.documents import yaml_text
from mooring.observability.rule import Alert, Group, Recorded
from mooring.observability.rules.alerts.cases.case import Case, Given
from mooring.observability.rules.alerts.cases.every import ALWAYS, CASES
from mooring.observability.rules.documents import group_document
from mooring.observability.rules.every import alerts, promised, recorded
from mooring.observability.rules.objectives import hours
from mooring.observability.testing.promtool import trials

ALERTS = {alert.name: alert for alert in alerts()}
CASE = {case.alert: case for case in CASES} | {ALWAYS: Case(ALWAYS, {}, {})}
QUIET = [(c.alert, side) for c in CASES for side in c.sides if side != "firing"]


def test_every_alert_has_one_case() -> None:
    assert sorted([ALWAYS, *(case.alert for case in CASES)]) == sorted(ALERTS)


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("rules")
    for alert in ALERTS.values():
        (folder / _rules_file(alert)).write_text(_rules(alert))
    cases = [(case, side) for case in CASE.values() for side in case.sides]
    return trials(folder, {f"{case.alert}-{side}": _test(case, side) for case, side in cases})


@pytest.mark.parametrize("alert", ALERTS)
def test_it_fires_when_it_should(alert: str, said: dict[str, str]) -> None:
    assert said[f"{alert}-firing"] == ""


@pytest.mark.parametrize(("alert", "side"), QUIET)
def test_it_is_quiet_when_it_only_looks_like_it(
    alert: str, side: str, said: dict[str, str]
) -> None:
    assert said[f"{alert}-{side}"] == ""


def _test(case: Case, side: str) -> dict[str, Any]:
    """promtool's form of one side of a case; the series of the alert itself is what is asked."""
    alert = ALERTS[case.alert]
    asked = _fires(alert, case) if side == "firing" else [_asked(alert, case, [])]
    series = _series(case.sides[side])
    test = {"interval": case.step, "input_series": series, "promql_expr_test": asked}
    files = [_rules_file(alert)]
    return {"rule_files": files, "evaluation_interval": case.step, "tests": [test]}


def _fires(alert: Alert, case: Case) -> list[dict[str, Any]]:
    """It fires, and was pending for as long as it has to wait."""
    fires = _asked(alert, case, [{"labels": _firing(alert, case), "value": 1}])
    if alert.wait == "0s":
        return [fires]
    steps = int(hours(alert.wait) / hours(case.step))
    pending = f'ALERTS{{alertname="{alert.name}",alertstate="pending"}}'
    waited = f"sum(count_over_time({pending}[{case.at}]))"
    samples = [{"labels": "{}", "value": steps}]
    return [fires, {"expr": waited, "eval_time": case.at, "exp_samples": samples}]


def _asked(alert: Alert, case: Case, expected: list[dict[str, Any]]) -> dict[str, Any]:
    firing = f'ALERTS{{alertname="{alert.name}",alertstate="firing"}}'
    return {"expr": firing, "eval_time": case.at, "exp_samples": expected}


def _rules_file(alert: Alert) -> str:
    return f"{alert.name}.rules.yaml"


def _rules(alert: Alert) -> str:
    """The alert, and before it what it is made of: all rules for each case would take minutes."""
    group = Group("tried", (*_needed(alert), alert))
    return yaml_text({"groups": [group_document(group, promised().links)]})


def _needed(alert: Alert) -> tuple[Recorded, ...]:
    # Series of the index are given by cases as they are.
    burning = (rule for rule in recorded() if rule.name.startswith("slo:sli_error:"))
    return tuple(rule for rule in burning if f'{rule.name}{{slo="{_slo(rule)}"}}' in alert.expr)


def _slo(rule: Recorded) -> str:
    return rule.labels["slo"]


def _firing(alert: Alert, case: Case) -> str:
    own = {"severity": alert.severity, "action": alert.action}
    labels = {"alertname": alert.name, "alertstate": "firing", **own, **case.labels}
    return "ALERTS{" + ",".join(f'{name}="{value}"' for name, value in labels.items()) + "}"


def _series(given: Given) -> list[dict[str, str]]:
    return [{"series": name, "values": values} for name, values in given.items()]
