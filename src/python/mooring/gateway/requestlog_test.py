"""What the log says of a request: enough to find it again, and nothing that was sent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from mooring.gateway.requestlog import Choice
from mooring.gateway.settings import Settings
from mooring.gateway.testing.contracts import ROW
from mooring.gateway.testing.gateway import JSON, RunningGateway, gateway, until
from mooring.gateway.testing.upstream import FakeUpstream
from mooring.gateway.tracing.context import TraceContext, current

PREDICT = "/v1/models/{model}:predict"


@pytest.fixture
def running(service: FakeUpstream) -> Iterator[RunningGateway]:
    with gateway(service.url) as running:
        running.until_ready()
        running.said.clear()
        yield running


def said(running: RunningGateway) -> dict[str, Any]:
    """The last line, without the time that it took. It is written after the answer has arrived."""
    until(lambda: len(running.said), lambda lines: lines >= 1)
    line = dict(running.said[-1])
    assert line.pop("seconds") > 0
    return line


def test_a_prediction_is_told_with_model_version_and_rows(running: RunningGateway) -> None:
    assert running.predict(ROW, ROW).status == 200
    assert said(running) == {
        "route": PREDICT, "method": "POST", "status": 200,
        "model": "voyage_delay", "version": 3, "rows": 2,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("row", "changes", "expected"),
    [
        pytest.param(
            {**ROW, "hour": "canary"}, {},
            {"status": 422, "problem": "invalid-rows", "model": "voyage_delay", "version": 3},
            id="rows that break the contract",
        ),
        pytest.param(
            ROW, {"status": 500},
            {"status": 502, "problem": "upstream", "reason": "refused",
             "model": "voyage_delay", "version": 3, "rows": 1},
            id="a service that fails",
        ),
    ],
)  # fmt: skip
def test_an_error_is_told_with_its_problem_and_reason(
    running: RunningGateway,
    service: FakeUpstream,
    row: dict[str, Any],
    changes: dict[str, Any],
    expected: dict[str, Any],
) -> None:
    vars(service.behaviour).update(changes)
    running.predict(row)
    assert said(running) == {"route": PREDICT, "method": "POST"} | expected


def test_nothing_that_a_caller_wrote_is_told(running: RunningGateway) -> None:
    headers = JSON | {"user-agent": "canary", "referer": "canary", "authorization": "canary"}
    running.post("/v1/models/canary:predict", b"canary", headers)
    running.post("/canary?canary=canary", b"canary", headers)
    running.predict({**ROW, "canary": "canary"})
    running.send("PROPFIND", "/v1/models")
    until(lambda: len(running.said), lambda lines: lines == 4)
    assert "canary" not in json.dumps(running.said).lower()
    assert [line["route"] for line in running.said[:2]] == [PREDICT, "unmatched"]
    assert running.said[3]["method"] == "other"


def test_a_probe_that_goes_well_says_nothing_and_one_that_does_not_does(
    running: RunningGateway, service: FakeUpstream
) -> None:
    assert running.get("/livez").status == 200
    assert running.get("/readyz").status == 200
    service.behaviour.ready = False
    running.until_ready(503)
    assert said(running) == {
        "route": "/readyz", "method": "GET", "status": 503, "problem": "not-ready"
    }  # fmt: skip


def test_of_what_went_well_a_share_is_told_and_of_errors_all(service: FakeUpstream) -> None:
    none = Settings(port=0, learn_seconds=0.01, watch_seconds=0.05, lines=Choice(ratio=0.0))
    with gateway(service.url, none) as running:
        running.until_ready()
        running.said.clear()
        assert running.predict(ROW).status == 200
        assert running.predict({}).status == 422
        assert said(running)["status"] == 422
        assert len(running.said) == 1


@pytest.mark.parametrize(
    ("status", "seconds", "told"),
    [
        pytest.param(200, 0.1, False, id="well and fast: not chosen"),
        pytest.param(200, 2.0, True, id="slow"),
        pytest.param(404, 0.1, True, id="the caller's mistake"),
        pytest.param(503, 0.1, True, id="our fault"),
    ],
)
def test_slow_requests_and_errors_are_always_told(status: int, seconds: float, told: bool) -> None:
    assert Choice(ratio=0.0, slow_seconds=1.0).admits(PREDICT, status, seconds) is told


def test_the_share_is_the_ratio_and_the_same_for_the_same_trace() -> None:
    choice, chosen = Choice(ratio=0.25), 0
    for number in range(1_024):
        context = TraceContext(f"{(number + 1) << 42:032x}", "1" * 16)
        token = current.set(context)
        verdicts = {choice.admits(PREDICT, 200, 0.0) for _ in range(3)}
        current.reset(token)
        assert len(verdicts) == 1
        chosen += verdicts.pop()
    assert 200 < chosen < 312
