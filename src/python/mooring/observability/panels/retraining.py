"""The loop from an alarm to a promoted challenger."""

from __future__ import annotations

from mooring.observability.panel import Panel, Step
from mooring.observability.queries.scope import Scope
from mooring.observability.query import Query, Role
from mooring.telemetry.metric import Metric
from mooring.telemetry.retraining import (
    ALARM_TO_PROMOTION,
    CHALLENGER_DELTA,
    CHALLENGER_DELTA_LOWER,
    CHALLENGER_DELTA_UPPER,
    MODEL_PROMOTED,
    RELEASE_DIFFERS,
    RETRAIN_COOLDOWN_END,
    RETRAIN_LAST_SUCCESS,
    RETRAIN_LIMIT,
    RETRAIN_REQUESTS,
    RETRAIN_RUNNING,
    RETRAIN_RUNS,
    RETRAIN_SECONDS,
    RETRAIN_STARTED,
)

_YES = (Step("green"), Step("red", 1.0))


def requests(scope: Scope) -> Panel:
    """Requests by reason and decision."""
    return Panel(
        "Requests to retrain, by reason and decision",
        "timeseries",
        (Query(scope.growth(RETRAIN_REQUESTS, "reason", "decision"), "{{reason}}: {{decision}}"),),
        "none",
        "Requests to retrain by what asked and what was decided. `score` and `labels` are alarms.",
        "A few in a year; one alarm is one `started`, and `duplicate` for its repetitions.",
        "`cooldown`, `cap`: alarms come faster than models can help, so something else is wrong. "
        "`blocked`: data look broken. `refused`: the request was not understood or not allowed.",
        least=0.0,
    )


def runs(scope: Scope) -> Panel:
    """Retrainings by what came of them."""
    return Panel(
        "Retrainings by outcome",
        "timeseries",
        (Query(scope.growth(RETRAIN_RUNS, "outcome"), "{{outcome}}"),),
        "none",
        "Retrainings that ended, by outcome.",
        "`promoted`, or `not_blessed` where the new model is no better, which is as it should be.",
        "`failed`: the job's log says why. `aborted`: the canary was worse, although both "
        "blessings were given: find out what they did not see.",
        least=0.0,
    )


def running(scope: Scope) -> Panel:
    """Whether one is under way, and whether release and routing agree."""
    return Panel(
        "Retraining under way",
        "state-timeline",
        (Query(scope.most(RETRAIN_RUNNING, "model"), "{{model}}"),),
        "none",
        "Whether a retraining is under way.",
        "Mostly not; when it is, shorter than the limit of *Duration of retrainings*.",
        "Longer: see *Time since the newest retraining started* and the job's log.",
        states=((0.0, "no", "green"), (1.0, "running", "blue")),
        steps=(Step("green"), Step("blue", 1.0)),
        width=8,
    )


def differs(scope: Scope) -> Panel:
    """Whether what is routed is what was released."""
    return Panel(
        "Routing differs from the release",
        "state-timeline",
        (Query(scope.most(RELEASE_DIFFERS, "model"), "{{model}}"),),
        "none",
        "Whether the routing document does not say what `release.json` says.",
        "No, but for the minutes of a rollout.",
        "For long: the rollout of a promotion has failed. `mooring gateway render` writes the "
        "document anew.",
        states=((0.0, "no", "green"), (1.0, "differs", "red")),
        steps=_YES,
        width=8,
    )


def started(scope: Scope) -> Panel:
    """How long ago the newest retraining started, and the most it may take."""
    return Panel(
        "Time since the newest retraining started",
        "timeseries",
        (
            Query(scope.age(RETRAIN_STARTED, "model"), "{{model}} started"),
            Query(scope.most(RETRAIN_LIMIT, "model"), "{{model}} limit", role="threshold"),
        ),
        "s",
        "Time since the newest retraining started. While one is under way it must stay below the "
        "limit, after which it counts as stuck.",
        "Rising freely while none is under way.",
        "Above the limit while *Retraining under way* says so: end the job; the next alarm starts "
        "another.",
        least=0.0,
        width=8,
    )


def duration(scope: Scope) -> Panel:
    """How long retrainings take."""
    return Panel(
        "Duration of retrainings",
        "timeseries",
        (
            Query(scope.quantile(0.5, RETRAIN_SECONDS, "model"), "{{model}} 50%"),
            Query(scope.quantile(0.95, RETRAIN_SECONDS, "model"), "{{model}} 95%"),
            Query(scope.most(RETRAIN_LIMIT, "model"), "{{model}} limit", role="threshold"),
        ),
        "s",
        "Time from the start of a retraining to its verdict.",
        "Well below the limit.",
        "Near the limit: the data have grown; give the job more time or more CPU.",
        least=0.0,
    )


def alarm_to_promotion(scope: Scope) -> Panel:
    """How long it takes from an alarm until callers have the better model."""
    return Panel(
        "Time from alarm to promotion",
        "timeseries",
        (
            Query(scope.quantile(0.5, ALARM_TO_PROMOTION, "model"), "{{model}} 50%"),
            Query(scope.quantile(0.95, ALARM_TO_PROMOTION, "model"), "{{model}} 95%"),
        ),
        "s",
        "Time from an alarm to the promotion of the challenger that it led to, canary included.",
        "Hours to days: the canary needs traffic.",
        "Much longer: see which step waits in *Retraining under way* and in "
        "*Evidence against the challenger*; promotions wait for a person by default.",
        least=0.0,
    )


def cooldown(scope: Scope) -> Panel:
    """How long further requests are declined."""
    left = f"clamp_min({scope.most(RETRAIN_COOLDOWN_END, 'model')} - time(), 0)"
    return Panel(
        "Cooldown left",
        "timeseries",
        (Query(left, "{{model}}"),),
        "s",
        "How long further requests to retrain are still declined.",
        "0, and a falling line after a retraining.",
        "If an alarm falls into it and is right, retrain by hand: `mooring retrain <model>`.",
        least=0.0,
        width=8,
    )


def last_success(scope: Scope, width: int = 8) -> Panel:
    """How long ago a retraining was promoted."""
    return Panel(
        "Time since a retraining was promoted",
        "timeseries",
        (Query(scope.age(RETRAIN_LAST_SUCCESS, "model"), "{{model}}"),),
        "s",
        "Time since the newest retraining whose challenger was promoted.",
        "Whatever drift and quality ask for; there is no calendar.",
        "Long while alarms come: see *Retrainings by outcome*.",
        least=0.0,
        width=width,
    )


def champions(scope: Scope) -> Panel:
    """How long each version has been champion."""
    return Panel(
        "Time since promotion",
        "timeseries",
        (Query(scope.age(MODEL_PROMOTED, "model", "version"), "{{model}} {{version}}"),),
        "s",
        "Time since each version became champion.",
        "One line for each model, which falls at a promotion.",
        "`mooring history <model>` tells who promoted what, on which evidence.",
        least=0.0,
        width=8,
    )


def delta(scope: Scope) -> Panel:
    """The challenger against the champion."""
    series: tuple[tuple[Metric, str, Role], ...] = (
        (CHALLENGER_DELTA, "", "value"),
        (CHALLENGER_DELTA_LOWER, ", lower", "bound"),
        (CHALLENGER_DELTA_UPPER, ", upper", "bound"),
    )
    return Panel(
        "Challenger minus champion",
        "timeseries",
        tuple(
            Query(scope.most(metric, "model", "measure"), f"{{{{measure}}}}{text}", role=role)
            for metric, text, role in series
        ),
        "none",
        "Difference of the two on the same labelled rows, in the unit of each measure, with the "
        "paired 95 % interval by days. Nothing while there is no challenger.",
        "For `auc` and `r2` above 0, for losses and errors below 0, each with its whole interval.",
        "An interval across 0 says nothing yet: wait for labels. On the wrong side: withdraw the "
        "challenger.",
        width=24,
    )
