"""Attacks on the reading of HTTP, replayed against a real gateway.

An answer too many is a smuggled request: the answers are counted, and where the connection goes on,
one more request has to be answered in its turn.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from mooring.gateway.edge.limits import EdgeLimits
from mooring.gateway.settings import Settings
from mooring.gateway.testing.gateway import RunningGateway, gateway
from mooring.gateway.testing.upstream import upstream
from tests.corpus.answers import Answers
from tests.corpus.cases import CANARY, Case, cases_in

HURRIED = EdgeLimits(head_seconds=0.5, body_seconds=0.5, sweep_seconds=0.05)
LAST = b"GET /v1/models HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n\r\n"
LARGEST_PROBLEM = 2_048


@pytest.fixture(scope="module")
def served() -> Iterator[RunningGateway]:
    settings = Settings(port=0, learn_seconds=0.01, watch_seconds=0.05, edge=HURRIED)
    with upstream() as service, gateway(service.url, settings) as running:
        running.until_ready()
        yield running


def replay(port: int, raw: bytes, count: int, stays: bool) -> Answers:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        answers = Answers(connection)
        connection.sendall(raw)
        if stays:
            answers.read(count)
            connection.sendall(LAST)
        answers.read_all()
        return answers


@pytest.mark.parametrize("case", cases_in("http"), ids=lambda case: f"{case.name}: {case.why}")
def test_what_arrives_is_answered_as_expected_and_nothing_else_is(
    served: RunningGateway, case: Case
) -> None:
    expected, stays = case.expected["answers"], case.expected.get("stays", False)
    answers = replay(served.port, case.raw, len(expected), stays)
    assert answers.statuses == expected + [200] * stays
    assert all(answer.complete for answer in answers.all)
    for answer in answers.all:
        assert CANARY not in answer.body
        if answer.status >= 400:
            assert answer.headers[b"content-type"] == b"application/problem+json"
            assert len(answer.body) <= LARGEST_PROBLEM
    assert served.get("/livez").status == 200


def test_no_refusal_is_a_fault_of_ours(served: RunningGateway) -> None:
    for case in cases_in("http"):
        assert all(status < 500 for status in case.expected["answers"]), case.name
