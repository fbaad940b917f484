"""The loop from an alarm to a promotion, when it does not come to its end."""

from __future__ import annotations

from mooring.observability.queries.scope import EVERY
from mooring.observability.rule import Alert
from mooring.observability.rules.grown import grown
from mooring.telemetry.retraining import (
    RETRAIN_LIMIT,
    RETRAIN_REQUESTS,
    RETRAIN_RUNNING,
    RETRAIN_RUNS,
    RETRAIN_STARTED,
)

_BOARD = "mooring-retraining"
_FAILED = ('outcome="failed"',)
_STARTED = ('decision="started"',)

# The monitor has a cap of its own; whoever sees this has found a way around it.
MOST_STARTS_A_DAY = 3

RETRAINING = (
    Alert(
        name="RetrainFailed",
        expr=f"{grown(RETRAIN_RUNS, '1h', 'model', where=_FAILED)} > 0",
        severity="ticket",
        action="none",
        summary="A retraining of {{ $labels.model }} has failed",
        description="It ended without a verdict on a candidate. The champion serves on.",
        board=_BOARD,
        panel="Retrainings by outcome",
    ),
    Alert(
        name="RetrainStuck",
        expr=f"time() - {EVERY.most(RETRAIN_STARTED, 'model')} > "
        f"{EVERY.most(RETRAIN_LIMIT, 'model')} and {EVERY.most(RETRAIN_RUNNING, 'model')} == 1",
        wait="10m",
        severity="ticket",
        action="none",
        summary="A retraining of {{ $labels.model }} does not end",
        description="It has run for {{ $value | humanizeDuration }}, longer than it may. No other "
        "can start.",
        board=_BOARD,
        panel="Retraining under way",
    ),
    Alert(
        name="RetrainStorm",
        expr=f"{grown(RETRAIN_REQUESTS, '1d', 'model', where=_STARTED)} > {MOST_STARTS_A_DAY}",
        severity="page",
        action="none",
        summary="{{ $labels.model }} is retrained over and over",
        description="{{ $value | humanize }} retrainings were started within a day.",
        board=_BOARD,
        panel="Requests to retrain, by reason and decision",
    ),
)
