"""The frozen bins of the drift reference, counted by the model service.

Counts add over workers, replicas and time, so that PSI over any window is a PromQL expression
which needs no raw data.
"""

from __future__ import annotations

from mooring.telemetry.labels import MODEL, VERSION
from mooring.telemetry.metric import Label, Metric

# What stands in the label `feature` for the prediction; no feature can be called so.
SCORE = "@score"

BINNED = Label("feature", bound="features of the contract, and `@score`")
BIN = Label("bin", bound="bins of `reference.json`, at most 22 for each feature")

FEATURE_BIN = Metric(
    "mooring_feature_bin_total", "counter",
    "Accepted rows by the bin of the reference that their value falls into.",
    ("service",), (MODEL, VERSION, BINNED, BIN),
)  # fmt: skip
REFERENCE_BIN_ROWS = Metric(
    "mooring_reference_bin_rows", "gauge",
    "Rows of the reference in each bin.",
    ("service",), (MODEL, VERSION, BINNED, BIN),
)  # fmt: skip
REFERENCE_TESTABLE = Metric(
    "mooring_reference_testable", "gauge",
    "1 where at least two bins of the reference hold rows, else 0: nothing can be said of drift.",
    ("service",), (MODEL, VERSION, BINNED),
)  # fmt: skip
UNBINNED_ROWS = Metric(
    "mooring_feature_bin_lost_rows_total", "counter",
    "Accepted rows that are in no bin because counting them failed: a fault of the service.",
    ("service",), (MODEL, VERSION), debug=True,
)  # fmt: skip

METRICS = (FEATURE_BIN, REFERENCE_BIN_ROWS, REFERENCE_TESTABLE, UNBINNED_ROWS)
