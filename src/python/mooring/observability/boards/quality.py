"""One model's predictions against the truth, as far as it has come."""

from __future__ import annotations

from mooring.observability.panel import Board, Row
from mooring.observability.panels import labels, log, quality, requests
from mooring.observability.queries.scope import CHOSEN

QUALITY = Board(
    "mooring-quality",
    "Mooring / Quality",
    "How good one model's predictions are: realised where labels have come, estimated where they "
    "have not, and whether labels come as they should.",
    (
        Row(
            "Quality",
            (quality.compared(CHOSEN),),
        ),
        Row(
            "Labels",
            (
                labels.coverage(CHOSEN),
                labels.delay(CHOSEN),
                labels.awaiting(CHOSEN),
                labels.last(CHOSEN),
                labels.joined(CHOSEN),
                log.feedback(CHOSEN),
            ),
        ),
        Row("Around it", (quality.base_rate(CHOSEN), requests.predictions(CHOSEN, width=16))),
    ),
    choices=(quality.MEASURES,),
)
