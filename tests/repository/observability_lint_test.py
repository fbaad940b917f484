"""The committed dashboards, rules and runbooks name nothing that is not there.

And the lint would say so if they did: each kind of mistake is made in all of them at once, and
every panel and alert that it concerns has to be named.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from mooring.observability.lint.asked import Asked
from mooring.observability.lint.document import BoardJson
from mooring.observability.lint.every import dashboards, findings, lint, runbooks
from mooring.observability.lint.finding import Finding, readable
from mooring.observability.lint.query_rules import QUERY_RULES
from mooring.observability.lint.whole import Whole
from mooring.observability.rules.every import alerts, groups
from mooring.telemetry.catalogue import CATALOGUE
from mooring.telemetry.metric import Metric
from tests.repository.tracked import ROOT

_QUOTED = re.compile(r'"[^"]*"')


@pytest.fixture(scope="module")
def whole() -> Whole:
    return Whole(tuple(map(BoardJson, dashboards(ROOT))), groups(), runbooks(ROOT), CATALOGUE)


def test_the_committed_dashboards_rules_and_runbooks_have_no_findings() -> None:
    found = findings(ROOT)
    assert not found, f"{len(found)} findings:\n{readable(found)}"


def test_there_is_something_to_lint(whole: Whole) -> None:
    assert len(whole.boards) == 6
    assert len(whole.shown) > 100
    assert len(whole.alerts) > 10


def test_metrics_renamed_in_code_name_every_panel_and_alert_that_asks_for_them(
    whole: Whole,
) -> None:
    found = lint(dashboards(ROOT), groups(), runbooks(ROOT), tuple(map(renamed, CATALOGUE)))
    named = places(found, "target-metric-rule")
    ours = {s.name for s in whole.series.values() if s.name.startswith("mooring_")}
    concerned = {(a.board, a.panel) for a in asking(whole) if ours.intersection(a.metrics)}
    assert concerned
    assert concerned <= named


def test_every_label_that_is_misspelt_is_found(whole: Whole) -> None:
    misspelt = [other for asked in asking(whole) for other in misspellings(asked, whole)]
    unseen = [one.expr for one in misspelt if not flawed(one, whole)]
    assert len(misspelt) > 200
    assert unseen == []


def test_every_listed_value_that_is_misspelt_is_found(whole: Whole) -> None:
    misspelt = [other for asked in asking(whole) for other in other_values(asked, whole)]
    unseen = [one.expr for one in misspelt if not flawed(one, whole)]
    assert len(misspelt) > 50
    assert unseen == []


def test_panels_without_unit_are_all_named(whole: Whole) -> None:
    boards = dashboards(ROOT)
    for board in boards:
        for panel in board["panels"]:
            panel.get("fieldConfig", {}).get("defaults", {}).pop("unit", None)
    named = places(lint(boards, groups(), runbooks(ROOT)), "panel-units-rule")
    shown = {(b.place, p.place) for b in whole.boards for p in b.panels if p.shows_data}
    assert named == shown


def test_alerts_without_runbook_are_all_named(whole: Whole) -> None:
    found = lint(dashboards(ROOT), groups(), {})
    named = places(found, "alert-runbook-rule")
    assert named == {(asked.board, asked.panel) for _, asked in whole.alerts}
    assert all(alert.panel in readable(found) for alert in alerts())


def renamed(metric: Metric) -> Metric:
    """The metric under another name that a metric of its kind may have."""
    return replace(metric, name=metric.name.replace("mooring_", "mooring_renamed_", 1))


def places(found: tuple[Finding, ...], rule: str) -> set[tuple[str, str]]:
    """Where one rule found something."""
    return {(finding.board, finding.panel) for finding in found if finding.rule == rule}


def asking(whole: Whole) -> tuple[Asked, ...]:
    """All expressions with their places."""
    return (*whole.shown, *(asked for _, asked in whole.rules), *whole.typed)


def misspellings(asked: Asked, whole: Whole) -> Iterator[Asked]:
    """The expression with each label, at each place where it is named, misspelt."""
    known: set[str] = set()
    for name in asked.metrics:
        known |= whole.series[name].labels
    quoted = [range(*found.span()) for found in _QUOTED.finditer(asked.expr)]
    for label in sorted(known):
        for found in re.finditer(rf"(?<![:\w]){label}(?![:\w])", asked.expr):
            if not any(found.start() in span for span in quoted):
                expr = asked.expr[: found.end()] + "x" + asked.expr[found.end() :]
                yield replace(asked, expr=expr)


def other_values(asked: Asked, whole: Whole) -> Iterator[Asked]:
    """The expression with each value that the catalogue lists for its label misspelt."""
    for name in asked.metrics:
        for label, values in whole.series[name].values.items():
            for found in re.finditer(rf'{name}{{[^}}]*\b{label}[=!]~?"([^"$]+)"', asked.expr):
                if found[1].split("|")[0] in values:
                    expr = asked.expr[: found.start(1)] + "x" + asked.expr[found.start(1) :]
                    yield replace(asked, expr=expr)


def flawed(asked: Asked, whole: Whole) -> bool:
    """Whether a rule for queries finds anything."""
    return any(any(rule(asked, whole.series)) for rule in QUERY_RULES.values())
