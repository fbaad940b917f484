"""Which models are served, and whether they can be asked."""

from __future__ import annotations

from mooring.telemetry.labels import BUNDLE, CONTRACT, MODEL, VERSION
from mooring.telemetry.metric import Metric

MODEL_READY = Metric(
    "mooring_gateway_model_ready", "gauge",
    "1 while the model's service is ready and serves what the routing document names, else 0.",
    ("gateway",), (MODEL,),
)  # fmt: skip
MODEL_INFO = Metric(
    "mooring_model_info", "gauge",
    "1 for each live version; digests are cut to 12 characters.",
    ("gateway", "service"), (MODEL, VERSION, BUNDLE, CONTRACT),
)  # fmt: skip

METRICS = (MODEL_READY, MODEL_INFO)
