from __future__ import annotations

import pytest

from mooring.observability.lint.vocabulary import vocabulary
from mooring.observability.rule import Recorded
from mooring.telemetry.bins import FEATURE_BIN
from mooring.telemetry.monitor import MONITOR_SEGMENTS
from mooring.telemetry.requests import GATEWAY_REQUEST_SECONDS
from mooring.telemetry.standard import STANDARD

RULE = Recorded("model:mooring_x:sum", "sum by (model) (x)", ("model",), {"slo": "latency"})
KNOWN = vocabulary(
    (FEATURE_BIN, GATEWAY_REQUEST_SECONDS, MONITOR_SEGMENTS), STANDARD, (RULE,)
)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "labels", "grows"),
    [
        pytest.param(FEATURE_BIN.name, "bin feature instance job model version", True, id="ours"),
        pytest.param("mooring_gateway_request_duration_seconds_bucket", "instance job le model",
                     True, id="the buckets of a histogram"),
        pytest.param("mooring_gateway_request_duration_seconds_count", "instance job model", True,
                     id="the count of a histogram"),
        pytest.param("up", "instance job", False, id="of a scrape"),
        pytest.param("prometheus_rule_evaluation_duration_seconds", "instance job quantile", False,
                     id="the quantiles of a summary"),
        pytest.param("prometheus_rule_evaluation_duration_seconds_sum", "instance job", True,
                     id="the sum of a summary"),
        pytest.param(RULE.name, "model slo", False, id="recorded, without its targets"),
    ],
)  # fmt: skip
def test_a_series_has_the_labels_of_its_family(name: str, labels: str, grows: bool) -> None:
    assert (sorted(KNOWN[name].labels), KNOWN[name].grows) == (labels.split(), grows)


def test_a_histogram_itself_is_no_series() -> None:
    assert GATEWAY_REQUEST_SECONDS.name not in KNOWN


def test_values_planning_and_owners_are_the_catalogue_s() -> None:
    segments = KNOWN[MONITOR_SEGMENTS.name]
    assert segments.values == {"outcome": ("read", "cut_short", "refused")}
    assert not segments.planned
    assert segments.owners == {"monitor"}
