from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import numpy as np
import pytest
from annotated_types import Ge, Le
from starlette.types import Receive, Scope, Send

from mooring.contract.annotations import Category
from mooring.contract.columns import columns_of
from mooring.contract.contract import Contract, Limits, Prediction
from mooring.contract.features import Features
from mooring.contract.wire import CONTENT_TYPE, encode_columns
from mooring.serving.guard import Guard, columns_limit
from mooring.serving.replica import Replica

JSON = {"content-type": "application/json"}
BYTES = {"content-type": CONTENT_TYPE}
LIMIT = 4096

Call = Callable[..., Any]


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with the body; what is behind the guard in these tests."""
    message = await receive()
    assert not message["more_body"]
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": message["body"]})


@pytest.fixture
def guard(replica: Replica) -> Guard:
    return Guard(echo, replica)


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        pytest.param("/columns", BYTES, id="columns"),
        pytest.param("/predict", JSON, id="JSON"),
        pytest.param("/predict", {"content-type": "Application/JSON; charset=utf-8"}, id="charset"),
    ],
)
def test_a_body_in_chunks_arrives_whole(
    guard: Guard, call: Call, path: str, headers: dict[str, str]
) -> None:
    answer = call(guard, "POST", path, headers, [b"ab", b"", b"c"])
    assert (answer.status, answer.body) == (200, b"abc")


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        pytest.param("/columns", JSON, id="JSON as columns"),
        pytest.param("/predict", BYTES, id="columns as JSON"),
        pytest.param("/predict", {"content-type": "text/plain"}, id="text"),
        pytest.param("/predict", {"content-type": "multipart/form-data; boundary=x"}, id="a form"),
        pytest.param("/predict", {"content-type": "application/vnd.bentoml+pickle"}, id="a pickle"),
        pytest.param("/predict", {}, id="no content type"),
    ],
)
def test_another_content_type_is_refused(
    guard: Guard, call: Call, path: str, headers: dict[str, str]
) -> None:
    assert call(guard, "POST", path, headers, [b"{}"]).status == 415


@pytest.mark.parametrize(
    ("headers", "chunks"),
    [
        pytest.param({"content-length": str(LIMIT + 1)}, [b""], id="announced"),
        pytest.param({}, [b"x" * LIMIT, b"y"], id="streamed"),
        pytest.param({"content-length": "3"}, [b"x" * (LIMIT + 1)], id="more than announced"),
    ],
)
def test_a_body_beyond_the_contract_is_refused(
    guard: Guard, call: Call, headers: dict[str, str], chunks: list[bytes]
) -> None:
    answer = call(guard, "POST", "/predict", JSON | headers, chunks)
    assert answer.status == 413
    assert str(LIMIT).encode() in answer.body


def test_a_body_of_exactly_the_limit_passes(guard: Guard, call: Call) -> None:
    assert call(guard, "POST", "/predict", JSON, [b"x" * LIMIT]).status == 200


def test_an_unready_replica_says_why_before_it_reads(call: Call) -> None:
    replica = Replica("tiny")
    replica.refuse("model.onnx: tampered")
    answer = call(Guard(echo, replica), "POST", "/predict", JSON, [b"{}"])
    assert answer.status == 503
    assert b"model.onnx: tampered" in answer.body


@pytest.mark.parametrize(
    ("method", "path"),
    [
        pytest.param("GET", "/readyz", id="a probe"),
        pytest.param("POST", "/elsewhere", id="a path of another route"),
        pytest.param("GET", "/columns", id="a method that carries no body"),
    ],
)
def test_what_is_no_prediction_passes_untouched(
    guard: Guard, call: Call, method: str, path: str
) -> None:
    assert call(guard, method, path, {}, [b"any"]).body == b"any"


class Wide(Features):
    """Every kind of column."""

    code: Annotated[str, Category("a", "ü" * 3)]
    place: Annotated[str, Category(open=True)]
    hour: Annotated[int, Ge(0), Le(23)]
    cold: bool


def test_the_widest_valid_columns_just_fit() -> None:
    contract = Contract.of(
        Wide, name="wide", version="1.0", limits=Limits(rows=9, bytes=4096, deadline_seconds=5.0),
        prediction=Prediction(name="y", kind="number", label="truth"),
    )  # fmt: skip
    row = {"code": "ü" * 3, "place": "\U0001f6eb" * 256, "hour": 23, "cold": True}
    body = encode_columns(contract, columns_of(contract, [row] * 9))
    assert len(body) == columns_limit(contract)
    assert np.frombuffer(body, "<u4", 1, 8)[0] == 9
