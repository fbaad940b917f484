"""How good predictions are: realised where labels have come, estimated where they have not."""

from __future__ import annotations

from typing import Literal, get_args

from mooring.telemetry.labels import MODEL, VERSION
from mooring.telemetry.metric import Label, Metric

Measure = Literal["auc", "brier", "ece", "log_loss", "mae", "rmse", "r2"]

MEASURE = Label("measure", get_args(Measure))
JOINED = Label("outcome", ("joined", "late", "duplicate", "conflict", "unknown", "stranger"))

# An hour, the same evening, the next days, a month.
LABEL_DELAY_SECONDS = (3600.0, 10800.0, 21600.0, 43200.0, 86400.0, 259200.0, 604800.0, 2592000.0)

QUALITY_REALISED = Metric(
    "mooring_quality_realised", "gauge",
    "Measured on the predictions of the last matured cohort, in the unit of the measure.",
    ("monitor",), (MODEL, VERSION, MEASURE), at_scrape=True,
)  # fmt: skip
QUALITY_REALISED_LOWER = Metric(
    "mooring_quality_realised_lower", "gauge",
    "Lower end of the 95 % interval by day blocks.",
    ("monitor",), (MODEL, VERSION, MEASURE), at_scrape=True,
)  # fmt: skip
QUALITY_REALISED_UPPER = Metric(
    "mooring_quality_realised_upper", "gauge",
    "Upper end of the 95 % interval by day blocks.",
    ("monitor",), (MODEL, VERSION, MEASURE), at_scrape=True,
)  # fmt: skip
QUALITY_ESTIMATED = Metric(
    "mooring_quality_estimated", "gauge",
    "Estimated without labels: cannot see concept drift or a shift of the base rate.",
    ("monitor",), (MODEL, VERSION, MEASURE), at_scrape=True,
)  # fmt: skip
QUALITY_ESTIMATED_LOWER = Metric(
    "mooring_quality_estimated_lower", "gauge",
    "Lower end of the estimate's band.",
    ("monitor",), (MODEL, VERSION, MEASURE), at_scrape=True,
)  # fmt: skip
QUALITY_ESTIMATED_UPPER = Metric(
    "mooring_quality_estimated_upper", "gauge",
    "Upper end of the estimate's band.",
    ("monitor",), (MODEL, VERSION, MEASURE), at_scrape=True,
)  # fmt: skip
QUALITY_OBJECTIVE = Metric(
    "mooring_quality_objective", "gauge",
    "The floor or ceiling of the model's gate.",
    ("monitor",), (MODEL, MEASURE), at_scrape=True,
)  # fmt: skip
BASE_RATE = Metric(
    "mooring_quality_base_rate_ratio", "gauge",
    "Share of positive labels in the last matured cohort; for a number, 0.",
    ("monitor",), (MODEL, VERSION), "ratio", at_scrape=True,
)  # fmt: skip
LABELS_JOINED = Metric(
    "mooring_labels_joined_total", "counter",
    "Labels by what became of them when they were joined to predictions.",
    ("monitor",), (MODEL, JOINED), at_scrape=True,
)  # fmt: skip
LABEL_DELAY = Metric(
    "mooring_label_delay_seconds", "histogram",
    "Time from a prediction to its label, by event time.",
    ("monitor",), (MODEL,), "seconds", LABEL_DELAY_SECONDS, at_scrape=True,
)  # fmt: skip
LABEL_COVERAGE = Metric(
    "mooring_labels_coverage_ratio", "gauge",
    "Share of the last matured cohort that has its label.",
    ("monitor",), (MODEL, VERSION), "ratio", at_scrape=True,
)  # fmt: skip
AWAITING_LABEL = Metric(
    "mooring_predictions_awaiting_label", "gauge",
    "Predictions within the label's horizon that have none yet.",
    ("monitor",), (MODEL,), at_scrape=True,
)  # fmt: skip
LABEL_LAST = Metric(
    "mooring_label_last_timestamp_seconds", "gauge",
    "When the newest label came; until one does, since when predictions wait.",
    ("monitor",), (MODEL,), "timestamp_seconds", at_scrape=True,
)  # fmt: skip
LABEL_HORIZON = Metric(
    "mooring_label_horizon_seconds", "gauge",
    "How long labels may take; cohorts older than this are matured.",
    ("monitor",), (MODEL,), "seconds", at_scrape=True,
)  # fmt: skip

METRICS = (
    QUALITY_REALISED, QUALITY_REALISED_LOWER, QUALITY_REALISED_UPPER, QUALITY_ESTIMATED,
    QUALITY_ESTIMATED_LOWER, QUALITY_ESTIMATED_UPPER, QUALITY_OBJECTIVE, BASE_RATE, LABELS_JOINED,
    LABEL_DELAY, LABEL_COVERAGE, AWAITING_LABEL, LABEL_LAST, LABEL_HORIZON,
)  # fmt: skip
