"""What the monitor tells of its own work."""

from __future__ import annotations

from mooring.telemetry.labels import MODEL
from mooring.telemetry.metric import Label, Metric

SEGMENT = Label("outcome", ("read", "cut_short", "refused"))

MONITOR_SEGMENTS = Metric(
    "mooring_monitor_segments_total", "counter",
    "Segments of the prediction log by what became of them.",
    ("monitor",), (MODEL, SEGMENT), at_scrape=True,
)  # fmt: skip
MONITOR_ROWS = Metric(
    "mooring_monitor_rows_total", "counter",
    "Predictions that were read out of the log.",
    ("monitor",), (MODEL,), at_scrape=True,
)  # fmt: skip
MONITOR_LAG = Metric(
    "mooring_monitor_lag_seconds", "gauge",
    "Age of the oldest sealed segment that has not been read.",
    ("monitor",), (MODEL,), "seconds", at_scrape=True,
)  # fmt: skip

METRICS = (MONITOR_SEGMENTS, MONITOR_ROWS, MONITOR_LAG)
