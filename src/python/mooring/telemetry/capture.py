"""The prediction log: accepted = written + dropped + queued in every scrape, for all of one moment.

They are read together at the scrape, from one snapshot; counting them one by one would show sums
that never were.
"""

from __future__ import annotations

from mooring.telemetry.labels import MODEL
from mooring.telemetry.metric import Label, Metric

LOG = Label("log", ("predictions", "feedback"))
REASON = Label("reason", ("full", "large", "refused", "closing", "fault"))
LABEL_OUTCOME = Label(
    "outcome",
    ("accepted", "duplicate", "conflict", "invalid", "unknown", "not_yours", "too_many", "dropped"),
)

CAPTURE_ACCEPTED = Metric(
    "mooring_capture_accepted_total", "counter",
    "Records that were offered to the log.",
    ("gateway",), (LOG, MODEL), at_scrape=True,
)  # fmt: skip
CAPTURE_WRITTEN = Metric(
    "mooring_capture_written_total", "counter",
    "Records that survive a power cut.",
    ("gateway",), (LOG, MODEL), at_scrape=True,
)  # fmt: skip
CAPTURE_DROPPED = Metric(
    "mooring_capture_dropped_total", "counter",
    "Records that are not written: no room, a disk that refuses, a stop, or a fault of ours.",
    ("gateway",), (LOG, MODEL, REASON), at_scrape=True,
)  # fmt: skip
CAPTURE_QUEUED = Metric(
    "mooring_capture_queued", "gauge",
    "Records that are neither written nor dropped yet.",
    ("gateway",), (LOG, MODEL), at_scrape=True,
)  # fmt: skip
CAPTURE_QUEUE_BYTES = Metric(
    "mooring_capture_queue_bytes", "gauge",
    "What waits to be written, in memory.",
    ("gateway",), (), "bytes", at_scrape=True,
)  # fmt: skip
CAPTURE_WRITER_STARTS = Metric(
    "mooring_capture_writer_starts_total", "counter",
    "Starts of the writer's process; more than one means that one died.",
    ("gateway",), (), at_scrape=True,
)  # fmt: skip
CAPTURE_REFUSED = Metric(
    "mooring_capture_refused", "gauge",
    "1 while the disk refuses what is written, else 0.",
    ("gateway",), (), at_scrape=True,
)  # fmt: skip
FEEDBACK_LABELS = Metric(
    "mooring_feedback_labels_total", "counter",
    "Labels that callers sent, by what became of them.",
    ("gateway",), (MODEL, LABEL_OUTCOME),
)  # fmt: skip

METRICS = (
    CAPTURE_ACCEPTED, CAPTURE_WRITTEN, CAPTURE_DROPPED, CAPTURE_QUEUED, CAPTURE_QUEUE_BYTES,
    CAPTURE_WRITER_STARTS, CAPTURE_REFUSED, FEEDBACK_LABELS,
)  # fmt: skip
