"""How good predictions are: realised where labels have come, estimated where they have not."""

from __future__ import annotations

from dataclasses import dataclass

from mooring.observability.panel import Panel
from mooring.observability.queries.scope import Scope
from mooring.observability.query import Query, Role
from mooring.telemetry.metric import Metric
from mooring.telemetry.quality import (
    BASE_RATE,
    QUALITY_ESTIMATED,
    QUALITY_ESTIMATED_LOWER,
    QUALITY_ESTIMATED_UPPER,
    QUALITY_OBJECTIVE,
    QUALITY_REALISED,
    QUALITY_REALISED_LOWER,
    QUALITY_REALISED_UPPER,
)

BLIND = "The estimate cannot see concept drift or a shift of the base rate."
_LABELS = ("version", "measure")


@dataclass(frozen=True)
class Measures:
    """Measures that share an axis, and on which side of the objective they are to be."""

    title: str
    names: tuple[str, ...]
    about: str
    side: str


RANKING = Measures(
    "Estimated and realised: ranking and fit",
    ("auc", "r2"),
    "Area under the ROC curve of probabilities, and explained variance of numbers",
    "above",
)
LOSS = Measures(
    "Estimated and realised: probabilities",
    ("brier", "ece", "log_loss"),
    "Brier score, calibration error and log loss of probabilities",
    "below",
)
ERROR = Measures(
    "Estimated and realised: error of numbers",
    ("mae", "rmse"),
    "Mean absolute error and root of the mean squared error, in the label's unit",
    "below",
)


def compared(scope: Scope, measures: Measures) -> Panel:
    """Realised and estimated values with their intervals, and the objective."""
    where = (f'measure=~"{"|".join(measures.names)}"',)
    series: tuple[tuple[Metric, str, Role], ...] = (
        (QUALITY_REALISED, "realised", "value"),
        (QUALITY_REALISED_LOWER, "realised, lower", "bound"),
        (QUALITY_REALISED_UPPER, "realised, upper", "bound"),
        (QUALITY_ESTIMATED, "estimated", "value"),
        (QUALITY_ESTIMATED_LOWER, "estimated, lower", "bound"),
        (QUALITY_ESTIMATED_UPPER, "estimated, upper", "bound"),
    )
    values = tuple(
        Query(scope.most(metric, *_LABELS, where=where), f"{_LEGEND} {text}", role=role)
        for metric, text, role in series
    )
    objective = scope.most(QUALITY_OBJECTIVE, "measure", where=where)
    return Panel(
        measures.title,
        "timeseries",
        (*values, Query(objective, "{{measure}} objective", role="threshold")),
        "none",
        f"{measures.about}: realised on the last cohort whose labels have matured, by the time of "
        f"prediction, with its 95 % interval by days; and estimated until labels come. {BLIND} On "
        "the real year of the flights it missed a base rate that went from 13 to 31 %.",
        f"Realised {measures.side} the objective with its whole interval, and the estimate "
        "within its band around it.",
        "Realised on the wrong side with its whole interval: retrain, and consider going back to "
        "the former version. Only the estimate: look at *Drift evidence and its alarm* and wait "
        "for labels.",
        width=24,
        height=9,
    )


def realised(scope: Scope) -> Panel:
    """For many models at once: realised quality beside what it is to be."""
    labels = ("model", "version", "measure")
    return Panel(
        "Realised quality and its objective",
        "timeseries",
        (
            Query(scope.most(QUALITY_REALISED, *labels), "{{model}} {{version}}: {{measure}}"),
            Query(
                scope.most(QUALITY_OBJECTIVE, "model", "measure"),
                "{{model}}: {{measure}}, objective",
                role="threshold",
            ),
        ),
        "none",
        "Measured on the last cohort whose labels have matured, and the floor or ceiling of the "
        "model's gate.",
        "On the right side of the objective: `auc` and `r2` above it, the others below.",
        "Open the model on Mooring / Quality, where intervals say how sure it is.",
        width=8,
    )


def base_rate(scope: Scope) -> Panel:
    """The share of positive labels."""
    return Panel(
        "Base rate",
        "timeseries",
        (Query(scope.most(BASE_RATE, "version"), "{{version}}"),),
        "percentunit",
        "Share of positive labels in the last matured cohort; 0 for a model of numbers.",
        "It moves with the season.",
        "A move explains a change of log loss and Brier score that ranking does not show. The "
        "estimate does not see it.",
        least=0.0,
        most=1.0,
        width=8,
    )


_LEGEND = "{{version}} {{measure}}"
