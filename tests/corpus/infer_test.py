"""Attacks on the reading of tensors, replayed against a real gateway."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from mooring.gateway.testing.gateway import RunningGateway, gateway
from mooring.gateway.testing.upstream import upstream
from tests.corpus.cases import CANARY, Case, cases_in
from tests.corpus.http_test import replay


@pytest.fixture(scope="module")
def served() -> Iterator[RunningGateway]:
    with upstream() as service, gateway(service.url) as running:
        running.until_ready()
        yield running


@pytest.mark.parametrize("case", cases_in("infer"), ids=lambda case: f"{case.name}: {case.why}")
def test_a_request_is_answered_as_expected(served: RunningGateway, case: Case) -> None:
    (answer,) = replay(served.port, case.raw, 1, stays=False).all
    assert answer.status == case.expected["status"]
    assert CANARY not in answer.body
    if path := case.expected.get("path"):
        assert json.loads(answer.body)["errors"][0]["path"] == path


def test_no_refusal_is_a_fault_of_ours() -> None:
    assert all(case.expected["status"] < 500 for case in cases_in("infer"))
