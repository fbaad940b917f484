"""Each alert fires when it should and is quiet when it should, in Prometheus' own evaluation."""

from __future__ import annotations

from collections.abc import Mapping
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
# What it is tried with, by the name of the trial.
FIRING = {
    f"{case.alert} fires {n}": (case, *fires)
    for case in (*CASES, Case(ALWAYS, {}, {}))
    for n, fires in enumerate(case.fires)
}
QUIET = {
    f"{case.alert} is quiet {n}": (case, given)
    for case in CASES
    for n, given in enumerate(case.stays_quiet)
}


def test_every_alert_has_one_case() -> None:
    assert sorted([ALWAYS, *(case.alert for case in CASES)]) == sorted(ALERTS)


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("rules")
    for alert in ALERTS.values():
        (folder / _rules_file(alert)).write_text(_rules(alert))
    firing = {
        name: _test(case, given, _fires(case, own)) for name, (case, given, own) in FIRING.items()
    }
    quiet = {name: _test(case, given, [_asked(case, [])]) for name, (case, given) in QUIET.items()}
    return trials(folder, firing | quiet)


@pytest.mark.parametrize("trial", FIRING)
def test_it_fires_when_it_should(trial: str, said: dict[str, str]) -> None:
    assert said[trial] == ""


@pytest.mark.parametrize("trial", QUIET)
def test_it_is_quiet_when_it_only_looks_like_it(trial: str, said: dict[str, str]) -> None:
    assert said[trial] == ""


def _test(case: Case, given: Given, asked: list[dict[str, Any]]) -> dict[str, Any]:
    """promtool's form of a trial."""
    series = [{"series": name, "values": values} for name, values in given.items()]
    test = {"interval": case.step, "input_series": series, "promql_expr_test": asked}
    files = [_rules_file(ALERTS[case.alert])]
    return {"rule_files": files, "evaluation_interval": case.step, "tests": [test]}


def _fires(case: Case, own: Mapping[str, str]) -> list[dict[str, Any]]:
    """It fires with these labels, and was pending for as long as it has to wait."""
    alert = ALERTS[case.alert]
    fires = _asked(case, [{"labels": _labels(alert, own), "value": 1}])
    if alert.wait == "0s":
        return [fires]
    steps = int(hours(alert.wait) / hours(case.step))
    waited = f"sum(count_over_time({_series_of(case.alert, 'pending')}[{case.at}]))"
    samples = [{"labels": "{}", "value": steps}]
    return [fires, {"expr": waited, "eval_time": case.at, "exp_samples": samples}]


def _asked(case: Case, expected: list[dict[str, Any]]) -> dict[str, Any]:
    """The series of the alert itself is what is asked for."""
    firing = _series_of(case.alert, "firing")
    return {"expr": firing, "eval_time": case.at, "exp_samples": expected}


def _series_of(alert: str, state: str) -> str:
    return f'ALERTS{{alertname="{alert}",alertstate="{state}"}}'


def _labels(alert: Alert, own: Mapping[str, str]) -> str:
    shared = {"severity": alert.severity, "action": alert.action}
    labels = {"alertname": alert.name, "alertstate": "firing", **shared, **own}
    return "ALERTS{" + ",".join(f'{name}="{value}"' for name, value in labels.items()) + "}"


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
