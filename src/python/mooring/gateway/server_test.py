"""The promises of the process: it drains, it says why it cannot start, it hides its metrics."""

from __future__ import annotations

import json
import signal
import socket
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mooring.gateway.testing.contracts import CONTRACT, ROW
from mooring.gateway.testing.gateway import JSON, Answer, ask, until, until_ready
from mooring.gateway.testing.process import GatewayProcess, run, running, start
from mooring.gateway.testing.upstream import Behaviour, FakeUpstream, upstream

# Longer than any test takes, so that only the gateway's own ways to stop end a request.
PATIENCE = CONTRACT.limits.model_copy(update={"deadline_seconds": 60.0})
PATIENT = CONTRACT.model_copy(update={"limits": PATIENCE})
BODY = json.dumps({"instances": [ROW]})


@pytest.fixture
def service() -> Iterator[FakeUpstream]:
    with upstream(Behaviour(contract=PATIENT)) as service:
        yield service


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor() as threads:
        yield threads


def predict(process: GatewayProcess) -> Answer:
    return ask(process.port, "POST", "/v1/models/voyage_delay:predict", BODY, JSON)


def listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except ConnectionError:
        return False
    return True


@pytest.mark.parametrize(
    "sig", [pytest.param(signal.SIGTERM, id="SIGTERM"), pytest.param(signal.SIGINT, id="Ctrl-C")]
)
def test_a_signal_drains_finishes_what_is_in_flight_and_exits_0(
    tmp_path: Path, service: FakeUpstream, threads: ThreadPoolExecutor, sig: signal.Signals
) -> None:
    with running(tmp_path, service.url, MOORING_DRAIN_SECONDS="0.5") as process:
        until_ready(process.port)
        service.behaviour.proceed.clear()
        in_flight = threads.submit(predict, process)
        assert service.behaviour.arrived.wait(10)
        process.stop(sig)
        refused = until_ready(process.port, 503)
        still_served = ask(process.port, "GET", "/livez")
        until(lambda: listens(process.port), lambda listening: not listening)
        service.behaviour.proceed.set()
        assert in_flight.result(10).status == 200
        assert process.exit_code() == 0
    assert refused.json["reasons"] == {"gateway": "draining, it is about to stop"}
    assert (still_served.status, still_served.headers["connection"]) == (200, "close")


def test_a_second_signal_ends_the_process_while_a_request_is_in_flight(
    tmp_path: Path, service: FakeUpstream, threads: ThreadPoolExecutor
) -> None:
    with running(tmp_path, service.url, MOORING_DRAIN_SECONDS="60") as process:
        until_ready(process.port)
        service.behaviour.proceed.clear()
        in_flight = threads.submit(predict, process)
        assert service.behaviour.arrived.wait(10)
        process.stop(signal.SIGTERM)
        until_ready(process.port, 503)
        process.stop(signal.SIGTERM)
        assert process.exit_code() == 128 + signal.SIGTERM
        assert in_flight.exception(10) or in_flight.result().status == 500


@pytest.mark.skipif(sys.platform != "linux", reason="asks the Linux kernel")
def test_a_signal_during_the_imports_ends_it_before_it_listens(tmp_path: Path) -> None:
    process = start(tmp_path, "http://127.0.0.1:1")
    try:
        until(lambda: handles(process.pid, signal.SIGTERM), bool)
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=30)
    finally:
        process.kill()
    assert process.returncode == 0
    assert "is listening" not in said


def handles(pid: int, sig: signal.Signals) -> bool:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    status = dict(line.split(":\t", 1) for line in lines)
    return bool(int(status["SigCgt"], 16) >> (sig - 1) & 1)


def test_metrics_are_on_a_port_of_their_own_and_not_on_the_public_one(
    tmp_path: Path, service: FakeUpstream
) -> None:
    with running(tmp_path, service.url) as process:
        until_ready(process.port)
        assert predict(process).status == 200
        private = ask(process.metrics_port, "GET", "/metrics").body.decode()
        public = ask(process.port, "GET", "/metrics")
    assert 'mooring_predictions_total{model="voyage_delay",version="3"} 1.0' in private
    assert "process_resident_memory_bytes" in private
    assert "_created" not in private
    assert public.status == 404


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has all of 127.0.0.0/8")
def test_metrics_listen_on_the_address_that_is_set_and_on_no_other(
    tmp_path: Path, service: FakeUpstream
) -> None:
    with running(tmp_path, service.url, MOORING_METRICS_HOST="127.0.0.2") as process:
        socket.create_connection(("127.0.0.2", process.metrics_port), timeout=5).close()
        assert not listens(process.metrics_port)


def test_a_gateway_starts_before_its_service_and_becomes_ready_with_it(tmp_path: Path) -> None:
    with upstream() as first:
        port = first.port
    with running(tmp_path, f"http://127.0.0.1:{port}") as process:
        refused = until_ready(process.port, 503)
        with upstream(port=port):
            until_ready(process.port)
            assert predict(process).status == 200
        assert "voyage_delay" in refused.json["reasons"]


def test_a_port_in_use_is_one_line_that_names_it_and_exit_69(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, lines = run(tmp_path, MOORING_GATEWAY_PORT=str(port))
    assert (code, len(lines)) == (69, 1)
    assert f"127.0.0.1:{port}: Address already in use" in lines[0]
    assert "MOORING_GATEWAY_PORT" in lines[0]


def test_a_public_address_without_authentication_is_one_line_and_exit_78(tmp_path: Path) -> None:
    code, lines = run(tmp_path, MOORING_GATEWAY_HOST="0.0.0.0")
    assert (code, len(lines)) == (78, 1)
    assert "MOORING_GATEWAY_HOST: without authentication" in lines[0]
