"""Is everything well? One look at all models."""

from __future__ import annotations

from mooring.observability.panel import Board, Row
from mooring.observability.panels import drift, models, objectives, quality, requests, retraining
from mooring.observability.queries.scope import EVERY

OVERVIEW = Board(
    "mooring-overview",
    "Mooring / Overview",
    "What callers were promised and get, which models are live, and whether data, quality and "
    "retraining need somebody. All models at once.",
    (
        Row(
            "Promises",
            (objectives.kept(), objectives.budget_left(), objectives.burn_rate()),
        ),
        Row("Now", (objectives.firing(), models.live())),
        Row(
            "Traffic",
            (
                requests.predictions(EVERY, width=8),
                requests.error_share(width=8),
                requests.slowest(width=8),
            ),
        ),
        Row("Models", (models.ready(EVERY), models.age(EVERY))),
        Row(
            "Data, quality, retraining",
            (
                drift.below_alarm(EVERY),
                quality.realised(EVERY),
                retraining.last_success(EVERY),
            ),
        ),
    ),
    per_model=False,
)
