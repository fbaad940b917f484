"""What a caller can do wrong: each gets an exact status and the place, and no value comes back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from mooring.gateway.testing.contracts import ROW
from mooring.gateway.testing.gateway import JSON, Answer, RunningGateway, gateway
from mooring.gateway.testing.upstream import upstream

PATH = "/v1/models/voyage_delay:predict"
# Stands in every body that is sent: it must never be in an answer.
CANARY = "canary7391"
LARGE = 2 * 1_048_576


@pytest.fixture(scope="module")
def served() -> Iterator[RunningGateway]:
    with upstream() as service, gateway(service.url) as running:
        running.until_ready()
        yield running


def body(*rows: Any, **rest: Any) -> str:
    return json.dumps({"instances": rows} | rest)


def row(**changes: Any) -> dict[str, Any]:
    return ROW | {"ship": CANARY} | changes


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in row().items() if key != name}


def assert_problem(answer: Answer, status: int) -> dict[str, Any]:
    problem: dict[str, Any] = answer.json
    assert answer.status == problem["status"] == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["type"].startswith("urn:mooring:problem:")
    assert problem["title"]
    assert problem["detail"]
    assert CANARY.encode() not in answer.body
    assert b"Traceback" not in answer.body
    assert len(answer.body) <= 2_048
    return problem


@pytest.mark.parametrize(
    ("sent", "paths"),
    [
        pytest.param(body(row(**{CANARY + "!": 1})), ["instances[0].(unknown field)"], id="field"),
        pytest.param(body(row(hour="3")), ["instances[0].hour"], id='"3" for 3'),
        pytest.param(body(row(hour=True)), ["instances[0].hour"], id="true for 1"),
        pytest.param(body(row(hour=3.5)), ["instances[0].hour"], id="a fraction for an integer"),
        pytest.param(body(row(hour=24)), ["instances[0].hour"], id="a number out of range"),
        pytest.param(body(row(loaded=1)), ["instances[0].loaded"], id="1 for true"),
        pytest.param(body(row(wind=float("nan"))), ["instances[0].wind"], id="NaN"),
        pytest.param(body(row(wind=float("inf"))), ["instances[0].wind"], id="Infinity"),
        pytest.param(body(row(hour=None)), ["instances[0].hour"], id="null where not allowed"),
        pytest.param(body(row(origin=CANARY)), ["instances[0].origin"], id="unseen category"),
        pytest.param(body(row(ship="")), ["instances[0].ship"], id="an empty open category"),
        pytest.param(body(row(ship=CANARY * 99)), ["instances[0].ship"], id="an endless category"),
        pytest.param(body(without("hour")), ["instances[0].hour"], id="a missing field"),
        pytest.param(body(row(), row(hour=-1)), ["instances[1].hour"], id="the second row"),
        pytest.param(body(row(hour="3", wind=CANARY)), ["instances[0].hour", "instances[0].wind"],
                     id="two faults"),
        pytest.param(body(), ["instances"], id="no instances"),
        pytest.param(body(*[row()] * 1_001), ["instances"], id="too many instances"),
        pytest.param(body(CANARY), ["instances[0]"], id="a row that is no object"),
        pytest.param(body(row(), note=CANARY), ["note"], id="an unknown member beside instances"),
        pytest.param(json.dumps([CANARY]), ["body"], id="a body that is no object"),
    ],
)  # fmt: skip
def test_rows_that_break_the_contract_are_422_with_their_paths(
    served: RunningGateway, sent: str, paths: list[str]
) -> None:
    problem = assert_problem(served.post(PATH, sent), 422)
    assert [fault["path"] for fault in problem["errors"]] == paths
    assert all(fault["kind"] and fault["message"] for fault in problem["errors"])


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(body(row())[:-9].encode(), id="truncated"),
        pytest.param(b"", id="empty"),
        pytest.param(CANARY.encode(), id="a bare word"),
        pytest.param(b'{"instances": "\xff"}', id="not UTF-8"),
        pytest.param(b'{"instances":' + b"[" * 900, id="nested without end"),
        pytest.param(body(row()).encode("utf-16"), id="UTF-16"),
    ],
)
def test_a_body_that_is_not_json_is_400(served: RunningGateway, sent: bytes) -> None:
    problem = assert_problem(served.post(PATH, sent), 400)
    assert [fault["path"] for fault in problem["errors"]] == ["body"]


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="no content type"),
        pytest.param({"Content-Type": "text/plain"}, id="plain text"),
        pytest.param({"Content-Type": "application/x-www-form-urlencoded"}, id="curl's default"),
        pytest.param({"Content-Type": "application/vnd.bentoml+pickle"}, id="a pickle"),
        pytest.param({"Content-Type": "application/jsonp"}, id="almost JSON"),
        pytest.param(JSON | {"Content-Encoding": "gzip"}, id="compressed"),
    ],
)
def test_a_body_that_is_not_declared_as_json_is_415(
    served: RunningGateway, headers: dict[str, str]
) -> None:
    assert (
        "application/json" in assert_problem(served.post(PATH, body(row()), headers), 415)["detail"]
    )


@pytest.mark.parametrize("declared", ["application/json; charset=utf-8", "Application/JSON"])
def test_json_may_be_declared_in_any_spelling(served: RunningGateway, declared: str) -> None:
    assert served.post(PATH, body(row()), {"Content-Type": declared}).status == 200


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(f"/v1/models/{CANARY}:predict", id="predict"),
        pytest.param(f"/v1/models/{CANARY}/versions/1:predict", id="predict with a version"),
        pytest.param("/v1/models/voyage_delayed:predict", id="almost the name"),
    ],
)
def test_an_unknown_model_is_404_and_names_those_that_exist(
    served: RunningGateway, path: str
) -> None:
    assert "voyage_delay." in assert_problem(served.post(path, body(row())), 404)["detail"]


@pytest.mark.parametrize("where", ["versions/99", f"versions/{CANARY}", "labels/challenger"])
def test_another_version_or_label_is_404(served: RunningGateway, where: str) -> None:
    answer = served.post(f"/v1/models/voyage_delay/{where}:predict", body(row()))
    assert "version 3" in assert_problem(answer, 404)["detail"]


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        pytest.param("GET", PATH, "POST", id="GET on predict"),
        pytest.param("DELETE", PATH, "POST", id="DELETE on predict"),
        pytest.param("POST", "/v1/models", "GET, HEAD", id="POST on the list"),
        pytest.param("PUT", "/v1/models/voyage_delay", "GET, HEAD", id="PUT on a model"),
        pytest.param("POST", "/docs", "GET, HEAD", id="POST on the documentation"),
    ],
)
def test_a_wrong_method_is_405_and_names_the_right_one(
    served: RunningGateway, method: str, path: str, allowed: str
) -> None:
    answer = served.send(method, path)
    assert_problem(answer, 405)
    assert sorted(answer.headers["allow"].split(", ")) == allowed.split(", ")


@pytest.mark.parametrize("path", [f"/{CANARY}", "/docs/", "/v1/models/", "/openapi.json/"])
def test_a_path_that_does_not_exist_is_404(served: RunningGateway, path: str) -> None:
    assert "/docs" in assert_problem(served.get(path), 404)["detail"]


def chunks() -> Iterator[bytes]:
    for _ in range(LARGE // 65_536):
        yield CANARY.encode().ljust(65_536, b" ")


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(PATH, id="to a model"),
        pytest.param("/v1/models/unknown:predict", id="to an unknown model"),
        pytest.param("/livez", id="to a probe"),
    ],
)
def test_a_body_of_2_mb_is_413_on_its_declared_length(served: RunningGateway, path: str) -> None:
    problem = assert_problem(served.post(path, b" " * LARGE), 413)
    assert "1048576 bytes" in problem["detail"]


def test_a_body_of_2_mb_is_refused_before_it_is_sent(served: RunningGateway) -> None:
    """Only the head is sent: an answer can only mean that nobody waited for the body."""
    head = f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: {LARGE}\r\n\r\n"
    assert served.raw(head.encode()).startswith(b"HTTP/1.1 413 ")


def test_a_body_of_2_mb_is_413_while_it_streams(served: RunningGateway) -> None:
    assert_problem(served.post(PATH, chunks(), JSON), 413)


def test_a_body_up_to_the_limit_is_read(served: RunningGateway) -> None:
    sent = body(row()).encode()
    assert served.post(PATH, sent.ljust(1_048_576)).status == 200
    assert served.post(PATH, iter([sent.ljust(1_048_576)])).status == 200


def test_what_was_refused_is_counted_by_feature_and_kind(served: RunningGateway) -> None:
    labels = {"model": "voyage_delay", "feature": "wind", "kind": "not_finite"}
    before = served.counted("mooring_input_violations_total", **labels) or 0.0
    served.post(PATH, body(row(wind=float("nan"))))
    assert served.counted("mooring_input_violations_total", **labels) == before + 1.0
