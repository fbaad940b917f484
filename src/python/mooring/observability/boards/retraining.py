"""One model's loop: what asked for retraining, what was decided, and what came of it."""

from __future__ import annotations

from mooring.observability.panel import Board, Row
from mooring.observability.panels import models, retraining, watching
from mooring.observability.queries.scope import CHOSEN

RETRAINING = Board(
    "mooring-retraining",
    "Mooring / Retraining",
    "One model's way from an alarm to a promoted challenger: what asked, what was decided, how "
    "long each step takes, and how the challenger does.",
    (
        Row("Requests", (retraining.requests(CHOSEN), retraining.runs(CHOSEN))),
        Row(
            "Under way",
            (
                retraining.running(CHOSEN),
                retraining.started(CHOSEN),
                retraining.cooldown(CHOSEN),
                retraining.duration(CHOSEN),
                retraining.alarm_to_promotion(CHOSEN),
            ),
        ),
        Row("Challenger", (retraining.delta(CHOSEN),)),
        Row(
            "In production",
            (
                retraining.champions(CHOSEN),
                retraining.last_success(CHOSEN),
                retraining.differs(CHOSEN),
                models.age(CHOSEN),
                watching.webhook_failures(),
            ),
        ),
    ),
)
