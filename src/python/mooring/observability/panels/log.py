"""The prediction log and the labels that callers send: the evidence that all else rests on."""

from __future__ import annotations

from mooring.observability.panel import Panel, Step
from mooring.observability.queries.scope import EVERY, Scope
from mooring.observability.query import Query
from mooring.telemetry.capture import (
    CAPTURE_ACCEPTED,
    CAPTURE_DROPPED,
    CAPTURE_QUEUE_BYTES,
    CAPTURE_QUEUED,
    CAPTURE_REFUSED,
    CAPTURE_WRITER_STARTS,
    CAPTURE_WRITTEN,
    FEEDBACK_LABELS,
)


def records(scope: Scope) -> Panel:
    """Records of the log, offered and written."""
    return Panel(
        "Records of the prediction log",
        "timeseries",
        (
            Query(scope.rate(CAPTURE_ACCEPTED, "log"), "{{log}}, offered"),
            Query(scope.rate(CAPTURE_WRITTEN, "log"), "{{log}}, written"),
        ),
        "wps",
        "Records in a second that were offered to the log, and those that survive a power cut. "
        "In every scrape offered = written + dropped + queued.",
        "Both alike.",
        "Written below offered: see *Queue of the prediction log* and *Records that were dropped*.",
        least=0.0,
        width=8,
    )


def dropped(scope: Scope) -> Panel:
    """Records that are lost."""
    return Panel(
        "Records that were dropped",
        "timeseries",
        (Query(scope.rate(CAPTURE_DROPPED, "log", "reason"), "{{log}}: {{reason}}"),),
        "wps",
        "Records in a second that are not written. Predictions are answered all the same.",
        "None.",
        "`full`: the disk is slower than the traffic. `refused`: it has no room or cannot be "
        "written. `large`: rows beyond the limit of a record. `fault` is ours: report it. Drift "
        "and quality see only what is written.",
        empty_when_healthy=True,
        least=0.0,
        width=8,
    )


def queue(scope: Scope) -> Panel:
    """What waits to be written."""
    return Panel(
        "Queue of the prediction log",
        "timeseries",
        (Query(scope.total(CAPTURE_QUEUED, "log"), "{{log}}"),),
        "none",
        "Records that are neither written nor dropped yet, over all gateways.",
        "As many as come in between two syncs of the disk.",
        "Rising: the disk does not keep up. When the queue is full, records are dropped.",
        least=0.0,
        width=8,
    )


def queue_bytes() -> Panel:
    """Memory that the queue takes."""
    return Panel(
        "Memory of the queue",
        "timeseries",
        (Query(EVERY.most(CAPTURE_QUEUE_BYTES, "instance"), "{{instance}}"),),
        "bytes",
        "What waits to be written to the log, in memory, for each gateway.",
        "Some kilobytes.",
        "Rising: the disk does not keep up; at the limit records are dropped.",
        least=0.0,
        width=8,
    )


def writer() -> Panel:
    """How the process that writes does."""
    return Panel(
        "Writer of the prediction log",
        "timeseries",
        (
            Query(EVERY.growth(CAPTURE_WRITER_STARTS, "instance"), "{{instance}}: starts"),
            Query(EVERY.most(CAPTURE_REFUSED, "instance"), "{{instance}}: disk refuses"),
        ),
        "none",
        "Starts of the process that writes the log, and whether the disk refuses what it writes.",
        "One start with the gateway, and no refusal.",
        "Several starts: it dies, see the gateway's log. Refused: make room, or mend the mount.",
        steps=(Step("green"), Step("red", 1.0)),
        least=0.0,
        width=8,
    )


def feedback(scope: Scope, width: int = 8) -> Panel:
    """Labels by what became of them at the gateway."""
    return Panel(
        "Labels that callers sent",
        "timeseries",
        (Query(scope.rate(FEEDBACK_LABELS, "outcome"), "{{outcome}}"),),
        "cps",
        "Labels in a second that came in through `:feedback`, by what became of them.",
        "Nearly all `accepted`, as many as predictions some time ago.",
        "`conflict`: two truths for one prediction. `unknown`: ids of another installation. "
        "`not_yours`: the caller needs a key that predicted, or the scope `labeler`.",
        empty_when_healthy=True,
        stacked=True,
        width=width,
    )
