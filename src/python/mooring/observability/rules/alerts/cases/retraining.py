"""Series for the alerts of the loop."""

from __future__ import annotations

from mooring.observability.rules.alerts.cases.case import MODEL, Case, Given, of
from mooring.telemetry.retraining import (
    RETRAIN_LIMIT,
    RETRAIN_REQUESTS,
    RETRAIN_RUNNING,
    RETRAIN_RUNS,
    RETRAIN_STARTED,
)


def _run(running: str) -> Given:
    return {
        of(RETRAIN_STARTED, **MODEL): "0x200",
        of(RETRAIN_LIMIT, **MODEL): "3600x200",
        of(RETRAIN_RUNNING, **MODEL): running,
    }


def _asked(decision: str) -> str:
    return of(RETRAIN_REQUESTS, reason="score", decision=decision, **MODEL)


RETRAINING = (
    Case(
        "RetrainFailed",
        firing={of(RETRAIN_RUNS, outcome="failed", **MODEL): "0x20 1x20"},
        # A candidate that the gate turns down is a verdict.
        quiet={
            of(RETRAIN_RUNS, outcome="not_blessed", **MODEL): "0x20 1x20",
            of(RETRAIN_RUNS, outcome="failed", **MODEL): "3x40",
        },
        labels=MODEL,
    ),
    Case(
        "RetrainStuck",
        firing=_run("1x200"),
        quiet=_run("1x50 0x150"),
        labels=MODEL,
        at="90m",
    ),
    Case(
        "RetrainStorm",
        firing={_asked("started"): "0x100 1x100 2x100 3x100 4x100 5x100"},
        # Asked often, and declined.
        quiet={_asked("cooldown"): "0+1x600", _asked("started"): "0x100 1x100 2x400"},
        labels=MODEL,
        at="9h",
    ),
)
