from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from mooring.gateway.testing.contracts import BUNDLE, ROW, VERSION
from mooring.gateway.testing.gateway import JSON, RunningGateway, gateway
from mooring.gateway.testing.upstream import FakeUpstream, upstream

PATH = "/v1/models/voyage_delay"
HOURS = [ROW | {"hour": hour} for hour in range(24)]


@pytest.fixture(scope="module")
def service() -> Iterator[FakeUpstream]:
    with upstream() as service:
        yield service


@pytest.fixture(scope="module")
def served(service: FakeUpstream) -> Iterator[RunningGateway]:
    with gateway(service.url) as running:
        running.until_ready()
        yield running


def test_each_row_gets_its_own_prediction_in_order(served: RunningGateway) -> None:
    answer = served.predict(*HOURS).json
    assert answer["predictions"] == [hour / 100 for hour in range(24)]
    assert answer["model"] == {"name": "voyage_delay", "version": VERSION, "digest": BUNDLE}


def test_all_rows_of_a_request_reach_the_service_together(
    service: FakeUpstream, served: RunningGateway
) -> None:
    service.behaviour.asked.clear()
    served.predict(*HOURS)
    assert service.behaviour.asked == [24]


def test_prediction_ids_are_unique_over_rows_and_requests(served: RunningGateway) -> None:
    ids = [name for _ in range(3) for name in served.predict(*HOURS).json["prediction_ids"]]
    assert len(set(ids)) == 72


@pytest.mark.parametrize("where", ["", f"/versions/{VERSION}", "/labels/champion"])
def test_the_champion_answers_by_name_version_and_label(served: RunningGateway, where: str) -> None:
    answer = served.post(f"{PATH}{where}:predict", json.dumps({"instances": [ROW]}))
    assert (answer.status, answer.json["predictions"]) == (200, [0.07])


def test_columns_are_answered_as_the_same_rows_are(served: RunningGateway) -> None:
    table = {name: [row[name] for row in HOURS] for name in ROW}
    answer = served.post(f"{PATH}:predict", json.dumps({"inputs": table})).json
    assert answer["outputs"] == [hour / 100 for hour in range(24)]
    assert "predictions" not in answer
    assert len(answer["prediction_ids"]) == 24


def test_a_column_that_breaks_the_contract_is_counted_for_its_feature(
    served: RunningGateway,
) -> None:
    labels = {"model": "voyage_delay", "feature": "hour", "kind": "range"}
    before = served.counted("mooring_input_violations_total", **labels) or 0.0
    table = {name: [value] for name, value in ROW.items()} | {"hour": [24]}
    answer = served.post(f"{PATH}:predict", json.dumps({"inputs": table}))
    assert (answer.status, answer.json["errors"][0]["path"]) == (422, "inputs.hour[0]")
    assert served.counted("mooring_input_violations_total", **labels) == before + 1


def test_what_was_predicted_is_counted_by_row_and_by_route_template(
    served: RunningGateway,
) -> None:
    rows = {"model": "voyage_delay", "version": str(VERSION)}
    route = {"route": "/v1/models/{model}:predict", "method": "POST", "code": "2xx"}
    metrics = [("mooring_predictions_total", rows), ("mooring_gateway_requests_total", route)]
    before = [served.counted(name, **labels) or 0.0 for name, labels in metrics]
    served.predict(*HOURS)
    after = [served.counted(name, **labels) for name, labels in metrics]
    assert after == [before[0] + 24, before[1] + 1]


def test_a_scan_of_paths_makes_one_series(served: RunningGateway) -> None:
    labels = {"route": "unmatched", "method": "GET", "code": "4xx"}
    before = served.counted("mooring_gateway_requests_total", **labels) or 0.0
    for path in ("/admin", "/.env", "/v2/secret"):
        served.get(path)
    assert served.counted("mooring_gateway_requests_total", **labels) == before + 3


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        pytest.param("abc-1.2_3", True, id="a plain one is kept"),
        pytest.param("x" * 64, True, id="one of 64 characters is kept"),
        pytest.param("x" * 65, False, id="a longer one is replaced"),
        pytest.param('a"b', False, id="one with a quote is replaced"),
        pytest.param("", False, id="an empty one is replaced"),
    ],
)
def test_a_request_id_comes_back(served: RunningGateway, given: str, kept: bool) -> None:
    answer = served.post(f"{PATH}:predict", b"", JSON | {"X-Request-Id": given})
    returned = answer.headers["x-request-id"]
    assert (returned == given) is kept
    assert 0 < len(returned) <= 64
