"""What comes in: broken, or different from what the model has learned from.

Only the score's alarm asks for a retraining. Features explain it, and a shift of them alone may
leave every prediction as good as it was. Data that are broken hold a retraining back.
"""

from __future__ import annotations

from mooring.observability.queries.foreign import UP
from mooring.observability.queries.recorded import PSI, ROWS
from mooring.observability.queries.scope import EVERY
from mooring.observability.rule import Alert
from mooring.observability.rules.grown import grown
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

_BOARD = "mooring-drift"
_JOB = 'job="mooring-monitor"'
_FEATURE = ("model", "version", "feature")
_MONITOR = ("model", "version", "monitor")

_VIOLATIONS = grown(INPUT_VIOLATIONS, "10m", "model")
# A model that has answered nothing has no series of predictions, and then every violation counts.
_ANSWERED = f"({grown(PREDICTIONS, '10m', 'model')} or 0 * {_VIOLATIONS})"

_FLAGGED = f"sum by (model, version) ({DRIFT_FLAGGED.name})"
_FLAGGED_BEFORE = f"sum by (model, version) ({DRIFT_FLAGGED.name} offset 1w)"

# The monitor's windows are tumbling weeks by event time: only when one has just ended do they and
# the counters speak of the same rows.
_JUST_ENDED = f"time() - {EVERY.most(DRIFT_WINDOW_END, 'model', 'version')} < 6 * 3600"
_APART = f"abs({PSI['1w'].name} - {EVERY.most(DRIFT_PSI, *_FEATURE)})"


def beyond_its_alarm(monitors: str) -> str:
    """Evidence that has reached the threshold which the false-alarm budget sets."""
    where = f'monitor=~"{monitors}"'
    evidence = EVERY.most(DRIFT_EVIDENCE, *_MONITOR, where=(where,))
    threshold = EVERY.most(DRIFT_THRESHOLD, *_MONITOR, where=(where,))
    return f"{evidence} >= {threshold}"


DATA = (
    Alert(
        name="PredictionSchemaViolations",
        expr=f"{_VIOLATIONS} > 20 and {_VIOLATIONS} > 0.02 * {_ANSWERED}",
        wait="10m",
        severity="ticket",
        action="block",
        summary="Requests for {{ $labels.model }} break its contract",
        description="{{ $value | humanize }} values within ten minutes, more than 2 % of the rows "
        "that were answered: a fault in data, not drift. Retraining is held back.",
        board=_BOARD,
        panel="Broken promises by feature",
    ),
    Alert(
        name="DataBroken",
        expr=f"{EVERY.most(DATA_BROKEN, 'model', 'kind')} == 1",
        severity="ticket",
        action="block",
        summary="Data of {{ $labels.model }} look broken: {{ $labels.kind }}",
        description="A unit, missing values or an unknown category explain the change. Retraining "
        "is held back, for a model would learn the fault.",
        board=_BOARD,
        panel="Data that look broken",
    ),
    Alert(
        name="ScoreDriftDetected",
        expr=beyond_its_alarm("score"),
        keep="30m",
        severity="ticket",
        action="retrain",
        summary="Predictions of {{ $labels.model }} version {{ $labels.version }} have drifted",
        description='The evidence is 10^{{ printf "%.1f" $value }}, at or beyond its alarm. The '
        "monitor is asked to retrain; the false-alarm budget covers it.",
        board=_BOARD,
        panel="Drift evidence and its alarm",
    ),
    Alert(
        name="FeatureDriftDetected",
        expr=beyond_its_alarm("features|classifier"),
        keep="30m",
        severity="ticket",
        action="none",
        summary="Inputs of {{ $labels.model }} version {{ $labels.version }} have drifted",
        description="Found by {{ $labels.monitor }}. It explains what scores and labels show, and "
        "starts no retraining by itself.",
        board=_BOARD,
        panel="Drift evidence and its alarm",
    ),
    Alert(
        name="FeatureDriftWarning",
        expr=f"{_FLAGGED} > 0 and {_FLAGGED_BEFORE} > 0",
        severity="info",
        action="none",
        summary="{{ $value }} features of {{ $labels.model }} differ for the second week",
        description="In two windows in a row at least one feature differs by more than the "
        "smallest effect that matters.",
        board=_BOARD,
        panel="Features that differ",
    ),
    Alert(
        name="DriftComputationMismatch",
        expr=f"{_APART} > 0.02 and on ({', '.join(_FEATURE)}) {ROWS['1w'].name} >= 500 "
        f"and on (model, version) {_JUST_ENDED}",
        wait="1h",
        severity="ticket",
        action="none",
        summary="Two ways to the drift of {{ $labels.feature }} of {{ $labels.model }} disagree",
        description='By counters and by the log the index differs by {{ printf "%.3f" $value }}. '
        "One of them does not see the rows that the other sees.",
        board=_BOARD,
        panel="PSI of counters against the log's",
    ),
    Alert(
        name="DriftMonitorStale",
        expr=f"time() - {EVERY.most(DRIFT_LAST_RUN, 'model')} > "
        f"3 * {EVERY.most(DRIFT_INTERVAL, 'model')}",
        wait="5m",
        severity="ticket",
        action="none",
        summary="The drift of {{ $labels.model }} is not computed",
        description="The last run that ended was {{ $value | humanizeDuration }} ago, more than "
        "three intervals. No drift is found meanwhile.",
        board="mooring-health",
        panel="Time since the monitor ran",
    ),
    Alert(
        name="MonitorDown",
        expr=f"sum({EVERY.select(UP, _JOB)}) == 0",
        wait="5m",
        severity="ticket",
        action="none",
        summary="The monitor cannot be scraped",
        description="For five minutes. Drift, quality and retraining stand still; predictions go "
        "on.",
        board="mooring-health",
        panel="Targets that answer",
    ),
)
