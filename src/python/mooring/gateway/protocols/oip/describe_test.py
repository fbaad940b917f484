from __future__ import annotations

import pytest

from mooring.gateway.testing.contracts import CONTRACT
from mooring.gateway.testing.gateway import RunningGateway


def test_the_server_says_what_it_is_and_speaks(served: RunningGateway) -> None:
    expected = {"name": "mooring", "version": "1", "extensions": ["binary_tensor_data"]}
    assert served.get("/v2").json == expected


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/v2/health/live", {"live": True}),
        ("/v2/health/ready", {"ready": True}),
        ("/v2/models/voyage_delay/ready", {"name": "voyage_delay", "ready": True}),
        ("/v2/models/voyage_delay/versions/3/ready", {"name": "voyage_delay", "ready": True}),
    ],
)
def test_a_gateway_that_can_be_asked_is_healthy(
    served: RunningGateway, path: str, answer: object
) -> None:
    assert (served.get(path).status, served.get(path).json) == (200, answer)


@pytest.mark.parametrize("where", ["", "/versions/3"])
def test_the_metadata_has_a_tensor_for_each_feature(served: RunningGateway, where: str) -> None:
    answer = served.get(f"/v2/models/voyage_delay{where}").json
    assert (answer["name"], answer["versions"]) == ("voyage_delay", ["3"])
    assert {each["name"]: each["datatype"] for each in answer["inputs"]} == {
        "origin": "BYTES", "ship": "BYTES", "hour": "INT64", "wind": "FP64", "haven": "BYTES",
        "loaded": "BOOL",
    }  # fmt: skip
    assert tuple(each["name"] for each in answer["inputs"]) == CONTRACT.feature_names
    assert [each["name"] for each in answer["outputs"]] == ["late", "prediction_id"]


@pytest.mark.parametrize("rest", ["", "/ready"])
@pytest.mark.parametrize("where", ["/v2/models/made_up", "/v2/models/voyage_delay/versions/4"])
def test_what_is_not_served_is_404(served: RunningGateway, where: str, rest: str) -> None:
    assert served.get(f"{where}{rest}").status == 404


@pytest.mark.parametrize(
    "path", ["/v2/repository/index", "/v2/models/stats/x", "/v2/trace/setting", "/v2/logging"]
)
def test_what_only_triton_has_is_a_problem_that_says_so(served: RunningGateway, path: str) -> None:
    answer = served.get(path)
    assert (answer.status, answer.headers["content-type"]) == (404, "application/problem+json")


def test_a_gateway_without_its_service_is_live_and_not_ready(alone: RunningGateway) -> None:
    assert alone.get("/v2/health/live").status == 200
    not_ready = ("/v2/health/ready", "/v2/models/voyage_delay/ready", "/v2/models/voyage_delay")
    assert [alone.get(path).status for path in not_ready] == [503] * 3
    assert alone.get("/v2/models/voyage_delay/ready").headers["retry-after"] == "1"
