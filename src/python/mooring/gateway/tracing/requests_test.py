"""Traces as their callers, the model service and the collector see them: over real connections."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mooring.gateway.capture.settings import LogSettings
from mooring.gateway.settings import Settings
from mooring.gateway.testing.collector import Collected, collector
from mooring.gateway.testing.contracts import ROW
from mooring.gateway.testing.gateway import JSON, RunningGateway, gateway, until
from mooring.gateway.testing.upstream import FakeUpstream
from mooring.gateway.tracing.collector import Collector
from mooring.gateway.tracing.context import TraceContext, read
from mooring.predictionlog.reader import predictions

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
SPAN = "00f067aa0ba902b7"
BODY = (
    b'{"instances": [{"origin": "JFK", "ship": "Aurora", "hour": 7, "wind": 2.5, "loaded": true}]}'
)
PATH = "/v1/models/voyage_delay:predict"


@pytest.fixture
def untold(service: FakeUpstream) -> Iterator[RunningGateway]:
    with gateway(service.url) as running:
        running.until_ready()
        yield running


def settings(where: Collected, **changes: object) -> Settings:
    to = Collector(where.url, headers="authorization=Bearer%20x", service="harbour")
    return Settings(port=0, learn_seconds=0.01, watch_seconds=0.05, collector=to)


def asked(running: RunningGateway, **headers: str) -> TraceContext:
    """Predict, and read what the answer says of the trace."""
    answer = running.post(PATH, BODY, JSON | headers)
    assert answer.status == 200
    context = read([answer.headers["traceresponse"].encode()])
    assert context is not None
    return context


def last_told(service: FakeUpstream) -> TraceContext:
    headers = service.behaviour.told[-1]
    state = headers.get("tracestate", "")
    context = read([headers["traceparent"].encode()], [state.encode()])
    assert context is not None
    return context


def test_a_trace_goes_on_with_a_new_span_at_every_hop(
    untold: RunningGateway, service: FakeUpstream
) -> None:
    ours = asked(untold, traceparent=f"00-{TRACE}-{SPAN}-01", tracestate="a=1")
    theirs = last_told(service)
    assert ours.trace_id == theirs.trace_id == TRACE
    assert len({SPAN, ours.span_id, theirs.span_id}) == 3
    assert theirs.state == "a=1"
    assert ours.sampled
    assert theirs.sampled


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="no header"),
        pytest.param({"traceparent": "nonsense"}, id="a malformed header"),
        pytest.param({"traceparent": f"00-{'0' * 32}-{SPAN}-01"}, id="a trace of zeros"),
    ],
)
def test_without_a_sound_trace_a_new_one_begins(
    untold: RunningGateway, service: FakeUpstream, headers: dict[str, str]
) -> None:
    first, second = asked(untold, **headers), asked(untold, **headers)
    assert last_told(service).trace_id == second.trace_id
    assert first.trace_id != second.trace_id
    # Nobody collects here, so that nobody further down has to.
    assert not second.sampled


def test_two_traces_at_once_are_told_apart(untold: RunningGateway, service: FakeUpstream) -> None:
    for digit in "123":
        asked(untold, traceparent=f"00-{digit * 32}-{SPAN}-00")
    told = [headers["traceparent"][3:35] for headers in service.behaviour.told]
    assert told == [digit * 32 for digit in "123"]


def test_an_error_tells_its_trace_and_the_log_names_it(untold: RunningGateway) -> None:
    answer = untold.post("/v1/models/nobody:predict", BODY)
    assert answer.status == 404
    assert read([answer.headers["traceresponse"].encode()]) is not None


def test_a_request_and_its_call_are_exported_as_two_spans_of_one_trace(
    service: FakeUpstream,
) -> None:
    with collector() as collected, gateway(service.url, settings(collected)) as running:
        running.until_ready()
        ours = asked(running, traceparent=f"00-{TRACE}-{SPAN}-01")
        until(lambda: of(collected, TRACE), lambda spans: len(spans) == 2)
        called, answered = sorted(of(collected, TRACE), key=lambda span: -span["kind"])
        head = {name.lower(): value for name, value in collected.heads[0].items()}
        (named,) = collected.bodies[0]["resourceSpans"][0]["resource"]["attributes"]
    assert (answered["spanId"], answered["parentSpanId"]) == (ours.span_id, SPAN)
    assert (called["spanId"], called["parentSpanId"]) == (last_told(service).span_id, ours.span_id)
    assert answered["name"] == "POST /v1/models/{model}:predict"
    assert called["name"] == "POST /columns"
    assert int(answered["startTimeUnixNano"]) <= int(called["startTimeUnixNano"])
    assert int(called["endTimeUnixNano"]) <= int(answered["endTimeUnixNano"])
    assert (head["authorization"], head["content-type"]) == ("Bearer x", "application/json")
    assert named["value"] == {"stringValue": "harbour"}


def test_what_failed_is_marked_in_its_span(service: FakeUpstream) -> None:
    with collector() as collected, gateway(service.url, settings(collected)) as running:
        running.until_ready()
        service.behaviour.status = 500
        running.post(PATH, BODY, JSON | {"traceparent": f"00-{TRACE}-{SPAN}-01"})
        until(lambda: of(collected, TRACE), lambda spans: len(spans) == 2)
        called, answered = sorted(of(collected, TRACE), key=lambda span: -span["kind"])
    assert called["status"] == answered["status"] == {"code": 2}
    assert {"key": "error.type", "value": {"stringValue": "UpstreamRefused"}} in called[
        "attributes"
    ]


def test_a_collector_that_is_gone_costs_spans_and_no_request(service: FakeUpstream) -> None:
    with collector() as gone:
        pass
    with gateway(service.url, settings(gone)) as running:
        running.until_ready()
        for _ in range(5):
            assert running.predict(ROW).status == 200
        until(
            lambda: running.counted("mooring_gateway_trace_spans_total", outcome="failed") or 0.0,
            lambda failed: failed >= 10,
        )


def of(collected: Collected, trace: str) -> list[dict[str, Any]]:
    return [span for span in collected.spans if span["traceId"] == trace]


def test_the_prediction_log_names_the_trace(tmp_path: Path, service: FakeUpstream) -> None:
    with gateway(service.url, log=LogSettings(home=tmp_path)) as running:
        running.until_ready()
        asked(running, traceparent=f"00-{TRACE}-{SPAN}-00")
    (batch,) = predictions(tmp_path, "voyage_delay")
    assert batch.trace == TRACE
