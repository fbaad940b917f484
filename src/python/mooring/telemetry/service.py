"""What a model service tells of itself."""

from __future__ import annotations

from mooring.telemetry.labels import MODEL, VERSION
from mooring.telemetry.metric import Metric

# A compiled model takes tens of microseconds for a row, a thousand rows some milliseconds.
INFERENCE_SECONDS = (0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.01, 0.05, 0.25, 1.0)

SERVICE_PREDICTIONS = Metric(
    "mooring_service_predictions_total", "counter",
    "Rows that the model service predicted.",
    ("service",), (MODEL, VERSION),
)  # fmt: skip
SERVICE_INFERENCE_SECONDS = Metric(
    "mooring_service_inference_seconds", "histogram",
    "Time inside the model's runtime for one batch of rows.",
    ("service",), (MODEL, VERSION), "seconds", INFERENCE_SECONDS,
)  # fmt: skip
SERVICE_BUNDLE_LOAD_SECONDS = Metric(
    "mooring_service_bundle_load_seconds", "gauge",
    "Time from opening the bundle to the last golden sample that agreed.",
    ("service",), (MODEL, VERSION), "seconds",
)  # fmt: skip
SERVICE_EXPIRED = Metric(
    "mooring_service_expired_total", "counter",
    "Requests that were dropped because their deadline passed before the model was asked.",
    ("service",), (MODEL,),
)  # fmt: skip
MODEL_TRAINED = Metric(
    "mooring_model_trained_timestamp_seconds", "gauge",
    "End of the day up to which the served bundle has learned from rows, by event time.",
    ("service",), (MODEL, VERSION), "timestamp_seconds",
)  # fmt: skip

METRICS = (
    MODEL_TRAINED,
    SERVICE_EXPIRED,
    SERVICE_PREDICTIONS,
    SERVICE_INFERENCE_SECONDS,
    SERVICE_BUNDLE_LOAD_SECONDS,
)
