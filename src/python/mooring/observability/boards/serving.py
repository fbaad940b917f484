"""One model as its callers meet it, and what it uses: rate, errors, duration, saturation."""

from __future__ import annotations

from mooring.observability.panel import Board, Row
from mooring.observability.panels import access, load, log, models, process, requests, traffic
from mooring.observability.queries.scope import CHOSEN

SERVING = Board(
    "mooring-serving",
    "Mooring / Serving",
    "How one model is served: rate, errors and duration; what is turned away and why; how calls "
    "are split between its versions; and what gateways and services use. Panels without a model "
    "in them are of the whole gateway.",
    (
        Row(
            "Rate, errors, duration",
            (
                requests.by_route(),
                requests.error_share(),
                requests.durations(CHOSEN),
                requests.duration_cells(CHOSEN),
                requests.predictions(CHOSEN),
                models.ready(CHOSEN),
            ),
        ),
        Row(
            "Saturation",
            (load.lanes(CHOSEN), load.turned_away(CHOSEN), load.coalescing(CHOSEN)),
        ),
        Row(
            "Model services",
            (load.upstream(CHOSEN), load.retries(CHOSEN), load.breakers(CHOSEN)),
        ),
        Row(
            "Champion and challenger",
            (
                traffic.split(CHOSEN),
                traffic.kept_away(CHOSEN),
                traffic.evidence(CHOSEN),
                traffic.fallbacks(CHOSEN),
            ),
        ),
        Row(
            "Shadow",
            (traffic.shadow(CHOSEN), traffic.agreement(CHOSEN), traffic.difference(CHOSEN)),
        ),
        Row("Routing", (traffic.document(), traffic.document_state(), traffic.document_loads())),
        Row(
            "Access",
            (
                access.outcomes(),
                access.keys_used(),
                access.keys_known(),
                access.keys_state(),
                access.keys_read(),
            ),
        ),
        Row(
            "Prediction log",
            (
                log.records(CHOSEN),
                log.dropped(CHOSEN),
                log.queue(CHOSEN),
                log.queue_bytes(),
                log.writer(),
                log.feedback(CHOSEN),
            ),
        ),
        Row(
            "Processes",
            (
                process.cpu(),
                process.memory(),
                process.files(),
                process.collections(),
                load.connections(),
                load.at_the_edge(),
                models.bundle_load(CHOSEN),
                process.lost_lines(),
                models.age(CHOSEN, width=8),
            ),
        ),
    ),
)
