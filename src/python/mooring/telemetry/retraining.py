"""The loop from an alarm to a promoted challenger, and what holds it back."""

from __future__ import annotations

from mooring.telemetry.labels import MODEL, VERSION
from mooring.telemetry.metric import Label, Metric
from mooring.telemetry.quality import MEASURE

REASON = Label("reason", ("score", "labels", "person", "replay"))
DECISION = Label("decision", ("started", "duplicate", "cooldown", "cap", "blocked", "refused"))
RUN = Label("outcome", ("promoted", "aborted", "not_blessed", "failed"))

# Minutes to days.
DURATION_SECONDS = (60.0, 300.0, 900.0, 3600.0, 14400.0, 43200.0, 86400.0, 259200.0)

RETRAIN_REQUESTS = Metric(
    "mooring_retrain_requests_total", "counter",
    "Requests to retrain, by what was decided.",
    ("monitor",), (MODEL, REASON, DECISION),
)  # fmt: skip
RETRAIN_RUNS = Metric(
    "mooring_retrain_runs_total", "counter",
    "Retrainings that ended.",
    ("monitor",), (MODEL, RUN),
)  # fmt: skip
RETRAIN_RUNNING = Metric(
    "mooring_retrain_running", "gauge",
    "1 while a retraining is under way, else 0.",
    ("monitor",), (MODEL,),
)  # fmt: skip
RETRAIN_STARTED = Metric(
    "mooring_retrain_started_timestamp_seconds", "gauge",
    "When the newest retraining started.",
    ("monitor",), (MODEL,), "timestamp_seconds",
)  # fmt: skip
RETRAIN_LIMIT = Metric(
    "mooring_retrain_limit_seconds", "gauge",
    "How long a retraining may take before it counts as stuck.",
    ("monitor",), (MODEL,), "seconds",
)  # fmt: skip
RETRAIN_LAST_SUCCESS = Metric(
    "mooring_retrain_last_success_timestamp_seconds", "gauge",
    "When the newest retraining was promoted.",
    ("monitor",), (MODEL,), "timestamp_seconds",
)  # fmt: skip
RETRAIN_COOLDOWN_END = Metric(
    "mooring_retrain_cooldown_end_timestamp_seconds", "gauge",
    "Until when further requests are declined.",
    ("monitor",), (MODEL,), "timestamp_seconds",
)  # fmt: skip
RETRAIN_SECONDS = Metric(
    "mooring_retrain_duration_seconds", "histogram",
    "Time from the start of a retraining to its verdict.",
    ("monitor",), (MODEL,), "seconds", DURATION_SECONDS,
)  # fmt: skip
ALARM_TO_PROMOTION = Metric(
    "mooring_alarm_to_promotion_seconds", "histogram",
    "Time from an alarm to the challenger's promotion.",
    ("monitor",), (MODEL,), "seconds", DURATION_SECONDS,
)  # fmt: skip
CHALLENGER_DELTA = Metric(
    "mooring_challenger_delta", "gauge",
    "Challenger minus champion on the same labelled rows, in the unit of the measure.",
    ("monitor",), (MODEL, MEASURE),
)  # fmt: skip
CHALLENGER_DELTA_LOWER = Metric(
    "mooring_challenger_delta_lower", "gauge",
    "Lower end of the paired 95 % interval by day blocks.",
    ("monitor",), (MODEL, MEASURE),
)  # fmt: skip
CHALLENGER_DELTA_UPPER = Metric(
    "mooring_challenger_delta_upper", "gauge",
    "Upper end of the paired 95 % interval by day blocks.",
    ("monitor",), (MODEL, MEASURE),
)  # fmt: skip
MODEL_PROMOTED = Metric(
    "mooring_model_promoted_timestamp_seconds", "gauge",
    "When the version became champion.",
    ("monitor",), (MODEL, VERSION), "timestamp_seconds", at_scrape=True,
)  # fmt: skip
RELEASE_DIFFERS = Metric(
    "mooring_release_differs", "gauge",
    "1 while the routing document does not say what `release.json` says, else 0.",
    ("monitor",), (MODEL,), at_scrape=True,
)  # fmt: skip

METRICS = (
    RETRAIN_REQUESTS, RETRAIN_RUNS, RETRAIN_RUNNING, RETRAIN_STARTED, RETRAIN_LIMIT,
    RETRAIN_LAST_SUCCESS, RETRAIN_COOLDOWN_END, RETRAIN_SECONDS, ALARM_TO_PROMOTION,
    CHALLENGER_DELTA, CHALLENGER_DELTA_LOWER, CHALLENGER_DELTA_UPPER, MODEL_PROMOTED,
    RELEASE_DIFFERS,
)  # fmt: skip
