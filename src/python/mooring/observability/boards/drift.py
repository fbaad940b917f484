"""One model's data: whether they have changed, and whether they are broken."""

from __future__ import annotations

from mooring.observability.panel import Board, Row
from mooring.observability.panels import bins, drift, monitor, violations
from mooring.observability.queries.scope import CHOSEN

DRIFT = Board(
    "mooring-drift",
    "Mooring / Drift",
    "Whether one model's inputs and predictions have changed since its training, how sure that "
    "is, which features it is, and whether the data are broken instead.",
    (
        Row("Alarm", (drift.evidence(CHOSEN), drift.broken(CHOSEN))),
        Row(
            "Features, by event time from the prediction log",
            (
                drift.psi(CHOSEN),
                drift.flagged(CHOSEN),
                drift.p_values(CHOSEN),
                drift.classifier(CHOSEN),
            ),
        ),
        Row(
            "Live, from counters",
            (
                bins.live_psi(CHOSEN),
                bins.psi_by_window(CHOSEN),
                bins.score_window(CHOSEN),
                bins.score_reference(CHOSEN),
                bins.rows(CHOSEN),
                bins.counted(CHOSEN),
                bins.mismatch(CHOSEN),
                drift.testable(CHOSEN),
            ),
        ),
        Row(
            "Broken data",
            (
                violations.by_kind(CHOSEN),
                violations.by_feature(CHOSEN),
                bins.unusual(CHOSEN),
            ),
        ),
        Row(
            "Windows",
            (monitor.window(CHOSEN), monitor.window_age(CHOSEN), monitor.runs(CHOSEN)),
        ),
    ),
)
