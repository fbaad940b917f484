"""Lines on panels that are no series are those at which our rules speak."""

from __future__ import annotations

import pytest

from mooring.observability.panel import Panel
from mooring.observability.panels import bins, labels, objectives, requests
from mooring.observability.queries.recorded import RECORDED
from mooring.observability.queries.scope import CHOSEN, EVERY
from mooring.observability.rules.every import alerts, promised, recorded


def lines(panel: Panel) -> list[float]:
    """Where a panel changes its colour."""
    return [step.value for step in panel.steps if step.value is not None]


def test_the_line_of_latency_is_the_objectives_bound() -> None:
    (bound,) = {o.slower_than for o in promised().objectives if o.slower_than is not None}
    assert lines(requests.slowest()) == [bound]
    assert lines(requests.durations(CHOSEN)) == [bound]


def test_the_lines_of_burn_rates_are_those_of_the_alerts() -> None:
    assert lines(objectives.burn_rate()) == [1.0, 3.0, 6.0, 14.4]
    expressions = "\n".join(a.expr for a in alerts() if "BudgetBurn" in a.name)
    for rate in lines(objectives.burn_rate()):
        assert f"> {rate:g} * " in expressions


@pytest.mark.parametrize(
    ("panel", "alert"),
    [
        pytest.param(bins.mismatch(EVERY), "DriftComputationMismatch", id="counters and log"),
        pytest.param(labels.coverage(EVERY), "LabelCoverageLow", id="coverage of labels"),
    ],
)
def test_a_line_is_where_its_alert_speaks(panel: Panel, alert: str) -> None:
    (expr,) = [a.expr for a in alerts() if a.name == alert]
    (line,) = lines(panel)
    assert f"{line:g}" in expr.replace("\n", " ").split()


def test_what_panels_ask_for_is_recorded_with_the_same_labels() -> None:
    known = {rule.name: {*rule.carries, *rule.labels} for rule in recorded()}
    for series in RECORDED:
        assert known.get(series.name) == set(series.label_names), series.name
