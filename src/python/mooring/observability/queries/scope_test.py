from __future__ import annotations

import pytest

from mooring.observability.queries.scope import CHOSEN, EVERY, share
from mooring.telemetry.capture import CAPTURE_QUEUE_BYTES
from mooring.telemetry.models import MODEL_INFO
from mooring.telemetry.requests import GATEWAY_REQUEST_SECONDS, GATEWAY_REQUESTS, PREDICTIONS

OURS = ('job=~"mooring-.+"',)


@pytest.mark.parametrize(
    ("made", "expr"),
    [
        pytest.param(
            CHOSEN.select(MODEL_INFO),
            'mooring_model_info{model="$model",version=~"$version"}',
            id="a metric of a version is matched by model and version",
        ),
        pytest.param(
            CHOSEN.select(GATEWAY_REQUEST_SECONDS, suffix="_sum"),
            'mooring_gateway_request_duration_seconds_sum{model="$model"}',
            id="a metric without versions is matched by its model alone",
        ),
        pytest.param(
            CHOSEN.select(CAPTURE_QUEUE_BYTES),
            "mooring_capture_queue_bytes",
            id="a metric of a whole process is not matched at all",
        ),
        pytest.param(
            EVERY.select(MODEL_INFO, *OURS),
            'mooring_model_info{job=~"mooring-.+"}',
            id="further matchers stand beside those of the board",
        ),
        pytest.param(
            CHOSEN.rate(PREDICTIONS, "version", where=OURS),
            'sum by (version) (rate(mooring_predictions_total{model="$model",version=~"$version",'
            'job=~"mooring-.+"}[$__rate_interval]))',
            id="a counter is asked as a rate over Grafana's interval",
        ),
        pytest.param(
            EVERY.growth(GATEWAY_REQUESTS),
            "sum(increase(mooring_gateway_requests_total[$__rate_interval]))",
            id="without labels everything is summed up",
        ),
        pytest.param(
            EVERY.quantile(0.95, GATEWAY_REQUEST_SECONDS, "model"),
            "histogram_quantile(0.95, sum by (model, le) "
            "(rate(mooring_gateway_request_duration_seconds_bucket[$__rate_interval])))",
            id="a quantile keeps the edges of the buckets",
        ),
        pytest.param(share("a", "b"), "(a or 0 * b) / b", id="a part that never was is 0"),
    ],
)
def test_a_query_is_made_of_a_metric(made: str, expr: str) -> None:
    assert made == expr
