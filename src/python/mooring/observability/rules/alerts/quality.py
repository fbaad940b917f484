"""How good predictions are. Only the monitor of labels asks for a retraining."""

from __future__ import annotations

from mooring.observability.queries.scope import EVERY
from mooring.observability.rule import Alert
from mooring.observability.rules.alerts.data import beyond_its_alarm
from mooring.telemetry.drift import DRIFT_WINDOW_END
from mooring.telemetry.metric import Metric
from mooring.telemetry.quality import (
    AWAITING_LABEL,
    LABEL_COVERAGE,
    LABEL_HORIZON,
    LABEL_LAST,
    MEASURE,
    QUALITY_ESTIMATED_LOWER,
    QUALITY_ESTIMATED_UPPER,
    QUALITY_OBJECTIVE,
    QUALITY_REALISED_LOWER,
    QUALITY_REALISED_UPPER,
)
from mooring.telemetry.service import MODEL_TRAINED

_BOARD = "mooring-quality"
_VERSION = ("model", "version")
_MEASURE = (*_VERSION, "measure")

# Of these measures more is better; the others are errors, whose objective is a ceiling.
FLOORED = ("auc", "r2")
_CEILED = tuple(measure for measure in MEASURE.values if measure not in FLOORED)

# Below it the labels that came first may be of another kind than those that are missing.
LEAST_COVERAGE = 0.95
# Two quarters, by event time: what was learned is older than what is asked about by so much.
MOST_AGE_DAYS = 180


def beyond_the_objective(upper: Metric, lower: Metric) -> str:
    """The whole band is on the wrong side, so that sampling noise alone does not reach it."""
    return f"{_worse(upper, FLOORED, '<')}\nor\n{_worse(lower, _CEILED, '>')}"


def _worse(end: Metric, measures: tuple[str, ...], sign: str) -> str:
    where = (f'measure=~"{"|".join(measures)}"',)
    band = EVERY.most(end, *_MEASURE, where=where)
    objective = EVERY.most(QUALITY_OBJECTIVE, "model", "measure", where=where)
    return f"({band} {sign} on (model, measure) group_left () {objective})"


_COVERAGE = EVERY.most(LABEL_COVERAGE, *_VERSION)
_REALISED = beyond_the_objective(QUALITY_REALISED_UPPER, QUALITY_REALISED_LOWER)
_BEHIND = (
    f"{EVERY.most(DRIFT_WINDOW_END, *_VERSION)} - "
    f"on (model, version) {EVERY.most(MODEL_TRAINED, *_VERSION)}"
)

QUALITY = (
    Alert(
        name="RealizedPerformanceLow",
        expr=f"({_REALISED})\nand on (model, version) {_COVERAGE} >= {LEAST_COVERAGE}",
        severity="page",
        action="none",
        summary="{{ $labels.model }} version {{ $labels.version }} is worse than its gate allows",
        description="{{ $labels.measure }} on labelled predictions, its whole interval counted, "
        'is beyond the objective at {{ printf "%.3f" $value }}.',
        board=_BOARD,
        panel="Estimated and realised: $measure",
    ),
    Alert(
        name="EstimatedPerformanceLow",
        expr=beyond_the_objective(QUALITY_ESTIMATED_UPPER, QUALITY_ESTIMATED_LOWER),
        severity="ticket",
        action="none",
        summary="{{ $labels.model }} version {{ $labels.version }} seems worse than it may be",
        description="{{ $labels.measure }} is estimated without labels, at "
        '{{ printf "%.3f" $value }} for the better end of the band. The estimate cannot see '
        "concept drift or a shift of the base rate.",
        board=_BOARD,
        panel="Estimated and realised: $measure",
    ),
    Alert(
        name="LabelDriftDetected",
        expr=beyond_its_alarm("labels"),
        keep="30m",
        severity="ticket",
        action="retrain",
        summary="{{ $labels.model }} version {{ $labels.version }} is off what came true",
        description="The residuals of labelled predictions have gathered evidence of "
        '10^{{ printf "%.1f" $value }}, at or beyond its alarm. The monitor is asked to retrain.',
        board="mooring-drift",
        panel="Drift evidence and its alarm",
    ),
    Alert(
        name="LabelsStale",
        expr=f"time() - {EVERY.most(LABEL_LAST, 'model')} > {EVERY.most(LABEL_HORIZON, 'model')} "
        f"and {EVERY.most(AWAITING_LABEL, 'model')} > 0",
        wait="30m",
        severity="ticket",
        action="none",
        summary="No labels come for {{ $labels.model }}",
        description="The last one, if there was any, came {{ $value | humanizeDuration }} ago, "
        "which is more than a label may take, and predictions wait for theirs.",
        board=_BOARD,
        panel="Time since the newest label",
    ),
    Alert(
        name="LabelCoverageLow",
        expr=f"{_COVERAGE} < {LEAST_COVERAGE}",
        wait="1h",
        severity="ticket",
        action="none",
        summary="Only {{ $value | humanizePercentage }} of the predictions of {{ $labels.model }} "
        "have labels",
        description=f"Below {LEAST_COVERAGE:.0%} a matured cohort is not judged: labels that come "
        "fast may be of another kind.",
        board=_BOARD,
        panel="Coverage of labels",
    ),
    Alert(
        name="ModelTooOld",
        expr=f"{_BEHIND} > {MOST_AGE_DAYS} * 86400",
        wait="1h",
        severity="ticket",
        action="none",
        summary="{{ $labels.model }} version {{ $labels.version }} has learned from old rows only",
        description="Between the end of its rows and what it is asked about now lie "
        f"{{{{ $value | humanizeDuration }}}}, more than {MOST_AGE_DAYS} days by event time.",
        board="mooring-overview",
        panel="Age of what was learned last",
    ),
)
