"""Whether what comes in has changed, how sure that is, and which feature it is."""

from __future__ import annotations

from mooring.observability.panel import Panel, Step
from mooring.observability.queries.scope import Scope
from mooring.observability.query import Query
from mooring.telemetry.drift import DRIFT_EVIDENCE, DRIFT_THRESHOLD

_MONITOR = ("model", "version", "monitor")


def below_alarm(scope: Scope) -> Panel:
    """For many models at once: how far each monitor is from its alarm."""
    evidence, threshold = scope.most(DRIFT_EVIDENCE, *_MONITOR), scope.most(
        DRIFT_THRESHOLD, *_MONITOR
    )
    return Panel(
        "Drift evidence, relative to its alarm",
        "timeseries",
        (Query(f"{evidence} - {threshold}", "{{model}} {{version}}: {{monitor}}"),),
        "none",
        "Evidence that something has changed, in powers of ten relative to what the alarm needs: "
        "at -1 ten times as much is needed.",
        "Below 0, wandering. The threshold comes from the budget of false alarms, one in a "
        "quarter for each model.",
        "At 0 or above: open the model on Mooring / Drift. Only `score` and `labels` may start a "
        "retraining; the others explain.",
        steps=(Step("green"), Step("red", 0.0)),
    )
