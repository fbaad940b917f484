"""The process when nobody helps it: no model service, no reader of its log, no room on the disk."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import pytest

from mooring.gateway.testing.contracts import ROW
from mooring.gateway.testing.gateway import JSON, ask, until, until_ready
from mooring.gateway.testing.process import running, start
from mooring.gateway.testing.upstream import FakeUpstream
from mooring.process.ports import free_port

PREDICT = "/v1/models/voyage_delay:predict"
BODY = json.dumps({"instances": [ROW]})
LOST = "mooring_gateway_log_lines_dropped_total"


def statuses(port: int, count: int) -> Sequence[int]:
    """Predict so many times over one connection."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        return [_status(connection) for _ in range(count)]


def _status(connection: HTTPConnection) -> int:
    connection.request("POST", PREDICT, BODY, JSON)
    response = connection.getresponse()
    response.read()
    return response.status


def metric(port: int, name: str) -> float:
    lines = ask(port, "GET", "/metrics").body.decode().splitlines()
    (value,) = [line.rpartition(" ")[2] for line in lines if line.startswith(f"{name} ")]
    return float(value)


def test_without_any_model_service_it_starts_says_what_is_missing_and_ends(tmp_path: Path) -> None:
    nobody = f"http://127.0.0.1:{free_port()}"
    with running(tmp_path, nobody, MOORING_DRAIN_SECONDS="0") as process:
        answers = {
            path: ask(process.port, "GET", path)
            for path in ("/livez", "/docs", "/openapi.json", "/v1/models", "/readyz")
        }
        refused = ask(process.port, "POST", PREDICT, BODY, JSON)
        process.stop(signal.SIGTERM)
        assert process.exit_code() == 0
    found = {path: answer.status for path, answer in answers.items()}
    assert found == {
        "/livez": 200, "/docs": 200, "/openapi.json": 200, "/v1/models": 200, "/readyz": 503
    }  # fmt: skip
    assert list(answers["/readyz"].json["reasons"]) == ["voyage_delay"]
    assert (refused.status, refused.json["reason"]) == (503, "not_ready")
    assert refused.headers["retry-after"] == "1"


def test_a_log_that_nobody_reads_holds_up_no_request(tmp_path: Path, service: FakeUpstream) -> None:
    # Four lines fill 1 KiB, and the pipe holds 64.
    with running(tmp_path, service.url, MOORING_DRAIN_SECONDS="0") as process:
        until_ready(process.port)
        with ThreadPoolExecutor(4) as threads:
            asked = [threads.submit(statuses, process.port, 125) for _ in range(4)]
            assert {status for each in asked for status in each.result()} == {200}
        process.stop(signal.SIGTERM)
        assert process.exit_code() == 0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has /dev/full")
def test_a_full_disk_under_the_log_costs_lines_that_are_counted_and_no_request(
    tmp_path: Path, service: FakeUpstream
) -> None:
    full, port, metrics = os.open("/dev/full", os.O_WRONLY), free_port(), free_port()
    ports = {"MOORING_GATEWAY_PORT": str(port), "MOORING_METRICS_PORT": str(metrics)}
    process = start(tmp_path, service.url, full, MOORING_DRAIN_SECONDS="0", **ports)
    try:
        until(lambda: listens(port), bool)
        until_ready(port)
        assert set(statuses(port, 20)) == {200}
        until(lambda: metric(metrics, LOST), lambda lost: lost >= 20)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.wait()
        os.close(full)


def listens(port: int) -> bool:
    try:
        return ask(port, "GET", "/livez").status == 200
    except ConnectionError:
        return False


def test_a_routing_document_that_is_deleted_is_missed_by_nobody(
    tmp_path: Path, service: FakeUpstream
) -> None:
    with running(tmp_path, service.url, MOORING_LEARN_SECONDS="0.05") as process:
        until_ready(process.port)
        (tmp_path / "routing.json").unlink()
        assert set(statuses(process.port, 20)) == {200}
        assert until_ready(process.port).status == 200


def test_each_request_is_one_line_of_json_that_names_its_trace(
    tmp_path: Path, service: FakeUpstream
) -> None:
    with running(tmp_path, service.url, MOORING_DRAIN_SECONDS="0") as process:
        until_ready(process.port)
        headers = JSON | {"x-request-id": "r-1", "traceparent": f"00-{'a' * 32}-{'b' * 16}-00"}
        assert ask(process.port, "POST", PREDICT, BODY, headers).status == 200
        process.stop(signal.SIGTERM)
        _, said = process.process.communicate(timeout=30)
    lines = [json.loads(line) for line in said.splitlines()]
    (line,) = [line for line in lines if line.get("request_id") == "r-1"]
    assert line["trace_id"] == "a" * 32
    assert (line["logger"], line["status"], line["rows"]) == ("mooring.gateway.request", 200, 1)
