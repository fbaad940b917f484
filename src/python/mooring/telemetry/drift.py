"""What the monitor finds in the prediction log by event time: drift, and how sure it is."""

from __future__ import annotations

from mooring.telemetry.bins import BINNED
from mooring.telemetry.labels import MODEL, VERSION
from mooring.telemetry.metric import Label, Metric

MONITOR = Label("monitor", ("features", "score", "labels", "classifier"))
RUN = Label("outcome", ("ok", "failed", "too_few_rows"))
BROKEN = Label("kind", ("unit", "missing", "category"))

DRIFT_PSI = Metric(
    "mooring_drift_psi", "gauge",
    "Population stability index of the last closed window against the reference.",
    ("monitor",), (MODEL, VERSION, BINNED), at_scrape=True,
)  # fmt: skip
DRIFT_PSI_CRITICAL = Metric(
    "mooring_drift_psi_critical", "gauge",
    "The index above which the last window differs by more than the smallest effect that matters.",
    ("monitor",), (MODEL, VERSION, BINNED), at_scrape=True,
)  # fmt: skip
DRIFT_P_VALUE = Metric(
    "mooring_drift_p_value_ratio", "gauge",
    "Chance of an index as large without an effect that matters.",
    ("monitor",), (MODEL, VERSION, BINNED), "ratio", at_scrape=True,
)  # fmt: skip
DRIFT_FLAGGED = Metric(
    "mooring_drift_feature_flagged", "gauge",
    "1 where Benjamini-Hochberg names the feature in the last window, else 0.",
    ("monitor",), (MODEL, VERSION, BINNED), at_scrape=True,
)  # fmt: skip
DRIFT_EVIDENCE = Metric(
    "mooring_drift_evidence_log10", "gauge",
    "Logarithm of the evidence that has gathered against no change.",
    ("monitor",), (MODEL, VERSION, MONITOR), at_scrape=True,
)  # fmt: skip
DRIFT_THRESHOLD = Metric(
    "mooring_drift_threshold_log10", "gauge",
    "Logarithm of the evidence at which the alarm is raised; the false-alarm budget sets it.",
    ("monitor",), (MODEL, VERSION, MONITOR), at_scrape=True,
)  # fmt: skip
DRIFT_CLASSIFIER_AUC = Metric(
    "mooring_drift_classifier_auc_ratio", "gauge",
    "How well a classifier tells the window from the reference; 0.5 is not at all.",
    ("monitor",), (MODEL, VERSION), "ratio", at_scrape=True,
)  # fmt: skip
DRIFT_WINDOW_ROWS = Metric(
    "mooring_drift_window_rows", "gauge",
    "Rows of the last closed window.",
    ("monitor",), (MODEL, VERSION), at_scrape=True,
)  # fmt: skip
DRIFT_WINDOW_END = Metric(
    "mooring_drift_window_end_timestamp_seconds", "gauge",
    "Event time at which the last closed window ends.",
    ("monitor",), (MODEL, VERSION), "timestamp_seconds", at_scrape=True,
)  # fmt: skip
DRIFT_RUNS = Metric(
    "mooring_drift_runs_total", "counter",
    "Runs of the drift monitor.",
    ("monitor",), (MODEL, RUN),
)  # fmt: skip
DRIFT_LAST_RUN = Metric(
    "mooring_drift_last_run_timestamp_seconds", "gauge",
    "When the drift monitor last ran to its end.",
    ("monitor",), (MODEL,), "timestamp_seconds", at_scrape=True,
)  # fmt: skip
DRIFT_INTERVAL = Metric(
    "mooring_drift_interval_seconds", "gauge",
    "How often the drift monitor is to run.",
    ("monitor",), (MODEL,), "seconds", at_scrape=True,
)  # fmt: skip
DATA_BROKEN = Metric(
    "mooring_data_broken", "gauge",
    "1 while the data look broken rather than drifted: retraining is blocked.",
    ("monitor",), (MODEL, BROKEN), at_scrape=True,
)  # fmt: skip

METRICS = (
    DRIFT_PSI, DRIFT_PSI_CRITICAL, DRIFT_P_VALUE, DRIFT_FLAGGED, DRIFT_EVIDENCE, DRIFT_THRESHOLD,
    DRIFT_CLASSIFIER_AUC, DRIFT_WINDOW_ROWS, DRIFT_WINDOW_END, DRIFT_RUNS, DRIFT_LAST_RUN,
    DRIFT_INTERVAL, DATA_BROKEN,
)  # fmt: skip
