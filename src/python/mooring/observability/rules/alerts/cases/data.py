"""Series for the alerts of data and drift."""

from __future__ import annotations

from mooring.observability.queries.foreign import UP
from mooring.observability.queries.recorded import PSI, ROWS
from mooring.observability.rules.alerts.cases.case import (
    HERE,
    MODEL,
    OTHER,
    VERSION,
    Case,
    Given,
    of,
)
from mooring.telemetry.drift import (
    DATA_BROKEN,
    DRIFT_EVIDENCE,
    DRIFT_FLAGGED,
    DRIFT_INTERVAL,
    DRIFT_LAST_RUN,
    DRIFT_PSI,
    DRIFT_THRESHOLD,
    DRIFT_WINDOW_END,
)
from mooring.telemetry.requests import INPUT_VIOLATIONS, PREDICTIONS

_FEATURE = VERSION | {"feature": "precip"}
_VIOLATIONS = of(INPUT_VIOLATIONS, feature="precip", kind="range", **MODEL)
_ANSWERED = of(PREDICTIONS, **VERSION)


def evidence(monitor: str, gathered: str) -> Given:
    """Evidence whose alarm is at 2."""
    labels = VERSION | {"monitor": monitor}
    return {of(DRIFT_EVIDENCE, **labels): gathered, of(DRIFT_THRESHOLD, **labels): "2x100"}


def _indices(by_counters: str, rows: str, ended: str) -> Given:
    return {
        of(PSI["1w"], **_FEATURE): by_counters,
        of(DRIFT_PSI, **_FEATURE, **HERE): "0.1x200",
        of(ROWS["1w"], **_FEATURE): rows,
        of(DRIFT_WINDOW_END, **VERSION, **HERE): ended,
    }


DATA = (
    Case(
        "PredictionSchemaViolations",
        firing={_VIOLATIONS: "0+5x40", _ANSWERED: "0+100x40"},
        # As many, among many more rows.
        quiet={
            _VIOLATIONS: "0+5x40",
            _ANSWERED: "0+1000x40",
            # Ten in ten minutes: somebody who tries something out.
            of(INPUT_VIOLATIONS, feature="cargo", kind="type", model="sloop"): "0+1x40",
        },
        labels=MODEL,
    ),
    Case(
        "DataBroken",
        firing={of(DATA_BROKEN, kind="unit", **MODEL): "0x20 1x20"},
        quiet={of(DATA_BROKEN, kind="unit", **MODEL): "1x20 0x20"},
        labels=MODEL | {"kind": "unit"},
    ),
    Case(
        "ScoreDriftDetected",
        firing=evidence("score", "0.5x20 2x20"),
        # The score is short of its alarm; that features are beyond theirs asks for nothing.
        quiet={**evidence("score", "1.99x40"), **evidence("features", "3x40")},
        labels=VERSION | {"monitor": "score"},
    ),
    Case(
        "FeatureDriftDetected",
        firing=evidence("classifier", "2.5x40"),
        quiet={**evidence("features", "1.5x40"), **evidence("score", "3x40")},
        labels=VERSION | {"monitor": "classifier"},
    ),
    Case(
        "FeatureDriftWarning",
        firing={of(DRIFT_FLAGGED, **_FEATURE): "0x24 1x400"},
        # For the first week; and another one no more.
        quiet={
            of(DRIFT_FLAGGED, **_FEATURE): "0x200 1x400",
            of(DRIFT_FLAGGED, feature="cargo", **OTHER): "1x200 0x400",
        },
        labels=VERSION,
        step="1h",
        at="10d",
    ),
    Case(
        "DriftComputationMismatch",
        firing=_indices("0.15x200", "900x200", "0x200"),
        # The window ended long ago: meanwhile other rows have come.
        quiet=_indices("0.15x200", "900x200", "-90000x200"),
        # Too few rows to compare, and two that agree.
        also_quiet=(
            _indices("0.15x200", "400x200", "0x200"),
            _indices("0.11x200", "900x200", "0x200"),
        ),
        labels=_FEATURE,
        at="2h",
    ),
    Case(
        "DriftMonitorStale",
        firing={of(DRIFT_LAST_RUN, **MODEL): "0x300", of(DRIFT_INTERVAL, **MODEL): "3600x300"},
        quiet={
            of(DRIFT_LAST_RUN, **MODEL): "0x60 3600x240",
            of(DRIFT_INTERVAL, **MODEL): "3600x300",
        },
        labels=MODEL,
        at="200m",
    ),
    Case(
        "MonitorDown",
        firing={of(UP, job="mooring-monitor", **HERE): "1x10 0x30"},
        # Prometheus knows of none: nobody has put it into service.
        quiet={of(UP, job="mooring-gateway", **HERE): "1x40"},
    ),
)
