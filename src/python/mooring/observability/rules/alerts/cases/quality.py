"""Series for the alerts of quality."""

from __future__ import annotations

from mooring.observability.rules.alerts.cases.case import HERE, MODEL, VERSION, Case, Given, of
from mooring.observability.rules.alerts.cases.data import evidence
from mooring.telemetry.drift import DRIFT_WINDOW_END
from mooring.telemetry.quality import (
    AWAITING_LABEL,
    LABEL_COVERAGE,
    LABEL_HORIZON,
    LABEL_LAST,
    QUALITY_ESTIMATED_LOWER,
    QUALITY_ESTIMATED_UPPER,
    QUALITY_OBJECTIVE,
    QUALITY_REALISED_UPPER,
)
from mooring.telemetry.service import MODEL_TRAINED

_DAY = 86400
_AUC = {"measure": "auc"}
_BRIER = {"measure": "brier"}


def _realised(upper: str, coverage: str) -> Given:
    return {
        of(QUALITY_REALISED_UPPER, **VERSION, **_AUC): upper,
        of(QUALITY_OBJECTIVE, **MODEL, **_AUC): "0.7x40",
        of(LABEL_COVERAGE, **VERSION): coverage,
    }


def _estimated(lower: str) -> Given:
    """An error: low is good, and the objective is a ceiling."""
    return {
        of(QUALITY_ESTIMATED_LOWER, **VERSION, **_BRIER): lower,
        of(QUALITY_ESTIMATED_UPPER, **VERSION, **_BRIER): "0.3x40",
        of(QUALITY_OBJECTIVE, **MODEL, **_BRIER): "0.2x40",
    }


def _labels(last: str, awaiting: str) -> Given:
    return {
        of(LABEL_LAST, **MODEL): last,
        of(LABEL_HORIZON, **MODEL): "3600x200",
        of(AWAITING_LABEL, **MODEL): awaiting,
    }


def _learned(until: int) -> Given:
    return {
        of(MODEL_TRAINED, **VERSION, **HERE): f"{until}x200",
        of(DRIFT_WINDOW_END, **VERSION, instance="monitor"): f"{400 * _DAY}x200",
    }


QUALITY = (
    Case(
        "RealizedPerformanceLow",
        firing=_realised("0.68x40", "0.97x40"),
        # As bad, but judged on those labels only that came first.
        quiet=_realised("0.68x40", "0.6x40"),
        labels=VERSION | _AUC,
    ),
    Case(
        "EstimatedPerformanceLow",
        firing=_estimated("0.25x40"),
        # The band reaches down to what is allowed.
        quiet=_estimated("0.19x40"),
        labels=VERSION | _BRIER,
    ),
    Case(
        "LabelDriftDetected",
        firing=evidence("labels", "2.1x40"),
        quiet={**evidence("labels", "1.9x40"), **evidence("score", "3x40")},
        labels=VERSION | {"monitor": "labels"},
    ),
    Case(
        "LabelsStale",
        firing=_labels("0x200", "40x200"),
        # Nobody waits for one: there were no predictions.
        quiet=_labels("0x200", "0x200"),
        labels=MODEL,
        at="2h",
    ),
    Case(
        "LabelCoverageLow",
        firing={of(LABEL_COVERAGE, **VERSION): "0.9x100"},
        quiet={of(LABEL_COVERAGE, **VERSION): "0.95x100"},
        labels=VERSION,
        at="90m",
    ),
    Case(
        "ModelTooOld",
        firing=_learned(200 * _DAY),
        quiet=_learned(221 * _DAY),
        labels=VERSION,
        at="2h",
    ),
)
