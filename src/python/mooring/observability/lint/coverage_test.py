from __future__ import annotations

from dataclasses import replace

from mooring.observability.lint.finding import readable
from mooring.observability.lint.testing.good import METRICS, READY_LEAST, board, findings
from mooring.observability.rule import Alert
from mooring.telemetry.requests import PREDICTIONS
from mooring.telemetry.service import SERVICE_EXPIRED

UNWATCHED = f"the catalogue, metric {PREDICTIONS.name}: no panel and no alert uses it"
COUNTED = replace(
    READY_LEAST,
    name="model:mooring_predictions:rate5m",
    expr=f"sum by (model) (rate({PREDICTIONS.name}[5m]))",
)
IDLE = Alert(
    name="ModelNotReady", expr="model:mooring_predictions:rate5m == 0", severity="info",
    action="none", summary="Nobody asks", description="For a while.", board="mooring-small",
    panel="Ready",
)  # fmt: skip


def test_a_metric_that_nobody_looks_at_is_found() -> None:
    found = readable(findings(board(), catalogue=(*METRICS, PREDICTIONS)))
    assert f"catalogue-coverage-rule: {UNWATCHED}" in found


def test_a_metric_for_whoever_looks_closer_need_not_be_shown() -> None:
    debug = replace(SERVICE_EXPIRED, debug=True)
    assert findings(board(), catalogue=(*METRICS, debug)) == ()


def test_a_metric_is_looked_at_through_what_is_recorded_of_it() -> None:
    found = findings(board(), READY_LEAST, COUNTED, IDLE, catalogue=(*METRICS, PREDICTIONS))
    assert "catalogue-coverage-rule" not in readable(found)


def test_a_recorded_series_that_nobody_asks_for_is_found_and_shows_nothing() -> None:
    alert = replace(IDLE, expr="min by (model) (mooring_gateway_model_ready) < 1")
    found = readable(findings(board(), COUNTED, alert, catalogue=(*METRICS, PREDICTIONS)))
    assert f"the recording rules, record {COUNTED.name}: no panel, alert or other rule" in found
    assert UNWATCHED in found
