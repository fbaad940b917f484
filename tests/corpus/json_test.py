"""Bodies that are no JSON, or JSON that is too much, replayed against a real gateway."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from mooring.gateway.testing.gateway import JSON, Answer, RunningGateway, gateway
from mooring.gateway.testing.upstream import upstream
from tests.corpus.cases import CANARY, Case, cases_in

NATIVE = "/v1/models/voyage_delay:predict"
INFER = "/v2/models/voyage_delay/infer"
LARGEST_PROBLEM = 2_048
MIB = 1_048_576
# Seconds of work, client and gateway together; alone 1 to 50 ms. What they must not take is the
# seconds that a complaint about each part would.
SOON = 1.0


@pytest.fixture(scope="module")
def served() -> Iterator[RunningGateway]:
    with upstream() as service, gateway(service.url) as running:
        running.until_ready()
        yield running


def assert_small_and_silent(answer: Answer) -> None:
    assert CANARY not in answer.body
    if answer.status >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        assert len(answer.body) <= LARGEST_PROBLEM


@pytest.mark.parametrize("case", cases_in("json"), ids=lambda case: f"{case.name}: {case.why}")
def test_a_body_is_answered_as_expected(served: RunningGateway, case: Case) -> None:
    answer = served.post(NATIVE, case.raw)
    assert answer.status == case.expected["status"]
    assert_small_and_silent(answer)
    if answer.status >= 400:
        assert answer.json["errors"][0]["kind"] == case.expected["kind"]


@pytest.mark.parametrize("case", cases_in("json"), ids=lambda case: case.name)
def test_the_same_body_is_no_inference_request(served: RunningGateway, case: Case) -> None:
    answer = served.post(INFER, case.raw)
    assert answer.status in (400, 422)
    assert_small_and_silent(answer)


TENSOR = '{"name":"hour","shape":[1],"datatype":"INT64","data":[7]}'


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(f'{{"inputs":[],"inputs":[{TENSOR}]}}', id="the tensors twice"),
        pytest.param(TENSOR.join(['{"inputs":[', "]}"]).replace('"data":', '"data":[8],"data":'),
                     id="the data twice"),
        pytest.param(f'{{"parameters":{{"x":1,"x":2}},"inputs":[{TENSOR}]}}',
                     id="an ignored parameter twice"),
    ],
)  # fmt: skip
def test_a_member_twice_in_an_inference_request_is_422(served: RunningGateway, sent: str) -> None:
    answer = served.post(INFER, sent)
    assert (answer.status, answer.json["errors"][0]["kind"]) == (422, "repeated")


def filled(start: bytes, item: Callable[[int], bytes], end: bytes) -> bytes:
    """As many items as fit into 1 MiB."""
    parts: list[bytes] = []
    size = len(start) + len(end)
    while size + len(part := item(len(parts))) < MIB:
        parts.append(part)
        size += len(part)
    return start + b"".join(parts).rstrip(b",") + end


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"[" * (MIB - 1), id="lists in lists"),
        pytest.param(b'{"a":' * 200_000, id="objects in objects"),
        pytest.param(filled(b'{"instances":[', lambda i: b"{},", b"]}"), id="350,000 empty rows"),
        pytest.param(filled(b'{"instances":[', lambda i: b"0,", b"]}"), id="500,000 numbers"),
        pytest.param(filled(b'{"instances":[{', lambda i: b'"a%d":0,' % i, b"}]}"),
                     id="90,000 unknown members of a row"),
        pytest.param(filled(b"{", lambda i: b'"a%d":0,' % i, b"}"),
                     id="90,000 unknown members beside the rows"),
        pytest.param(filled(b'{"inputs":{"hour":[', lambda i: b"[],", b"]}}"), id="a long column"),
        pytest.param(filled(b'{"instances":"', lambda i: b'\\"', b'"}'), id="a string of quotes"),
        pytest.param(filled(b'{"instances":[{"ship":"', lambda i: b"\\a", b""),
                     id="a string of escapes without an end"),
        pytest.param(filled(b'{"instances":[{"wind":', lambda i: b"7", b"}]}"),
                     id="a number of a million digits"),
        pytest.param(filled(b'{"inputs":[', lambda i: b'{"name":"a"},', b"]}"), id="many tensors"),
        pytest.param(filled(b'{"inputs":{"hour":[', lambda i: b"0,", b"]}}"), id="500,000 values"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", [NATIVE, INFER])
def test_1_mib_of_anything_is_refused_soon(served: RunningGateway, path: str, body: bytes) -> None:
    began = time.process_time()
    answer = served.post(path, body)
    assert time.process_time() - began < SOON
    assert answer.status in (400, 422)
    assert_small_and_silent(answer)


def test_a_million_rows_are_413(served: RunningGateway) -> None:
    answer: Any = served.post(NATIVE, b'{"instances":[' + b"{}," * 999_999 + b"{}]}", JSON)
    assert answer.status == 413
