"""How good predictions are: realised where labels have come, estimated where they have not."""

from __future__ import annotations

from mooring.observability.panel import Choice, Panel
from mooring.observability.queries.scope import CHOSEN, Scope
from mooring.observability.query import Query, Role
from mooring.telemetry.metric import Metric
from mooring.telemetry.quality import (
    BASE_RATE,
    MEASURE,
    QUALITY_ESTIMATED,
    QUALITY_ESTIMATED_LOWER,
    QUALITY_ESTIMATED_UPPER,
    QUALITY_OBJECTIVE,
    QUALITY_REALISED,
    QUALITY_REALISED_LOWER,
    QUALITY_REALISED_UPPER,
)

BLIND = "The estimate cannot see concept drift or a shift of the base rate."
_LABELS = ("version", MEASURE.name)


# Which measures a model has depends on what it predicts.
MEASURES = Choice(MEASURE.name, "Measure", CHOSEN.select(QUALITY_OBJECTIVE))


def compared(scope: Scope) -> Panel:
    """Realised and estimated values with their intervals, and the objective, of each measure."""
    where = (f'{MEASURE.name}=~"${MEASURE.name}"',)
    values = tuple(
        Query(scope.most(metric, *_LABELS, where=where), f"{{{{version}}}} {text}", role=role)
        for metric, text, role in _SERIES
    )
    objective = scope.most(QUALITY_OBJECTIVE, MEASURE.name, where=where)
    return Panel(
        f"Estimated and realised: ${MEASURE.name}",
        "timeseries",
        (*values, Query(objective, "objective of {{measure}}", role="threshold")),
        "none",
        "One measure of quality: realised on the last cohort whose labels have matured, by the "
        "time of prediction, with its 95 % interval by days; and estimated until labels come. "
        f"{BLIND} On the real year of the flights it missed a base rate that went from 13 to "
        "31 %.",
        "Realised on the right side of the objective with its whole interval (`auc` and `r2` above "
        "it, losses and errors below), and the estimate around it.",
        "Realised on the wrong side with its whole interval: retrain, and consider going back to "
        "the former version. Only the estimate: look at *Drift evidence and its alarm* and wait "
        "for labels.",
        width=24,
        height=9,
        repeat=MEASURE.name,
    )


def realised(scope: Scope) -> Panel:
    """For many models at once: how well they rank or fit, beside what it is to be."""
    where = (f'{MEASURE.name}=~"auc|r2"',)
    values = scope.most(QUALITY_REALISED, "model", "version", "measure", where=where)
    objective = scope.most(QUALITY_OBJECTIVE, "model", "measure", where=where)
    return Panel(
        "Realised quality and its objective",
        "timeseries",
        (
            Query(values, "{{model}} {{version}}: {{measure}}"),
            Query(objective, "{{model}}: {{measure}}, objective", role="threshold"),
        ),
        "none",
        "`auc` of models of classes and `r2` of models of numbers, measured on the last cohort "
        "whose labels have matured, and the floor of the model's gate. Losses and errors, which "
        "have other scales, are on Mooring / Quality.",
        "Each above its objective.",
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


_SERIES: tuple[tuple[Metric, str, Role], ...] = (
    (QUALITY_REALISED, "realised", "value"),
    (QUALITY_REALISED_LOWER, "realised, lower", "bound"),
    (QUALITY_REALISED_UPPER, "realised, upper", "bound"),
    (QUALITY_ESTIMATED, "estimated", "value"),
    (QUALITY_ESTIMATED_LOWER, "estimated, lower", "bound"),
    (QUALITY_ESTIMATED_UPPER, "estimated, upper", "bound"),
)
