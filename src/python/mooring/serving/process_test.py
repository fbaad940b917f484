"""What only the real `bentoml serve` can show: its routes, its boot, its end."""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mooring.bundle.open import Bundle
from mooring.bundle.samples import samples_of
from mooring.contract.request import RequestSchema
from mooring.contract.wire import CONTENT_TYPE, decode_predictions, encode_columns
from mooring.serving.testing.process import BOOT_SECONDS, Service, serving

JSON = {"Content-Type": "application/json"}

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks the Linux kernel")


@pytest.fixture(scope="module")
def service(bundle: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("service")
    environ = {"MOORING_BUNDLE": str(bundle.path), "MOORING_MODEL_VERSION": "3"}
    with serving(folder, **environ) as running:
        assert running.first_readiness()[0] == 200, running.output.read_text()
        yield running


def _columns(bundle: Bundle) -> bytes:
    rows = [s.instance for s in samples_of(bundle)]
    return encode_columns(bundle.contract, RequestSchema(bundle.contract).check_all(rows))


def _columnar(bundle: Bundle) -> dict[str, str]:
    return {"Content-Type": CONTENT_TYPE, "Mooring-Contract": bundle.contract.digest}


def test_columns_and_json_give_the_recorded_predictions(service: Service, bundle: Bundle) -> None:
    samples = samples_of(bundle)
    expected = [s.prediction for s in samples]
    status, response, body = service.request(
        "POST", "/columns", _columns(bundle), _columnar(bundle)
    )
    assert (status, response.headers["Mooring-Version"]) == (200, "3")
    assert decode_predictions(body, rows=len(samples)) == pytest.approx(expected, abs=1e-5)
    instances = json.dumps({"instances": [s.instance for s in samples]}).encode()
    status, response, body = service.request("POST", "/predict", instances, JSON)
    assert (status, response.headers["Mooring-Bundle"]) == (200, bundle.id)
    assert json.loads(body)["predictions"] == pytest.approx(expected, abs=1e-5)


def test_our_metrics_are_on_the_metrics_page_and_count(service: Service, bundle: Bundle) -> None:
    before = _predicted(service)
    service.request("POST", "/columns", _columns(bundle), _columnar(bundle))
    service.request("GET", "/no/such/path")
    assert _predicted(service) == before + len(samples_of(bundle))
    exposed = service.request("GET", "/metrics")[2].decode()
    assert "mooring_model_info{" in exposed
    assert "bentoml_" not in exposed
    assert "/no/such/path" not in exposed


def _predicted(service: Service) -> float:
    exposed = service.request("GET", "/metrics")[2].decode().splitlines()
    (line,) = [x for x in exposed if x.startswith("mooring_service_predictions_total{")]
    return float(line.split()[-1])


def test_the_contract_is_served_and_documented(service: Service, bundle: Bundle) -> None:
    status, response, body = service.request("GET", "/contract.json")
    assert (status, body) == (200, bundle.files["contract.json"])
    assert response.headers["Mooring-Contract"] == bundle.contract.digest
    documented = json.loads(service.request("GET", "/docs.json")[2])
    row = documented["components"]["schemas"]["Tiny"]
    assert row["properties"]["carrier"]["enum"] == ["AA", "UA"]


@pytest.mark.parametrize(
    ("path", "body", "headers", "status"),
    [
        pytest.param("/predict", b"a=b", {}, 415, id="no content type"),
        pytest.param("/predict", b"x", {"Content-Type": "text/plain"}, 415, id="text"),
        pytest.param("/columns", b"{}", JSON, 415, id="JSON to the columns"),
        pytest.param("/predict", b" " * 4097, JSON, 413, id="JSON beyond the contract's bytes"),
        pytest.param("/columns", b"x", {"Content-Type": CONTENT_TYPE}, 409, id="no contract"),
        pytest.param("/predict", b'{"instances": [', JSON, 400, id="truncated JSON"),
        pytest.param("/predict", b'{"instances": []}', JSON, 422, id="no rows"),
        pytest.param(
            "/predict", b'{"instances": [{"carrier": "AA", "hour": 3, "temp": NaN}]}', JSON, 422,
            id="NaN",
        ),
        pytest.param(
            "/predict", b'{"instances": [{"carrier": "s3cret", "hour": "3"}]}', JSON, 422,
            id="a broken row",
        ),
    ],
)  # fmt: skip
def test_a_bad_request_is_a_problem_that_echoes_nothing(
    service: Service, path: str, body: bytes, headers: dict[str, str], status: int
) -> None:
    found, response, document = service.request("POST", path, body, headers)
    assert found == status, document
    assert response.headers["Content-Type"] == "application/problem+json"
    assert json.loads(document)["status"] == status
    assert b"s3cret" not in document


def test_a_damaged_body_is_a_bad_request(service: Service, bundle: Bundle) -> None:
    body = _columns(bundle)[:-1]
    assert service.request("POST", "/columns", body, _columnar(bundle))[0] == 400


@linux
def test_sigterm_ends_it_and_its_worker(bundle: Bundle, tmp_path: Path) -> None:
    with serving(tmp_path, MOORING_BUNDLE=str(bundle.path)) as service:
        assert service.first_readiness()[0] == 200
        workers = service.workers()
        service.process.send_signal(signal.SIGTERM)
        assert service.process.wait(20) == 0
    assert workers
    assert not [pid for pid in workers if Path(f"/proc/{pid}").exists()]
    assert "Tracking" not in service.output.read_text()


@linux
def test_a_service_that_was_told_to_end_answers_says_so_and_lets_go(
    bundle: Bundle, tmp_path: Path
) -> None:
    environ = {"MOORING_BUNDLE": str(bundle.path), "MOORING_DRAIN_SECONDS": "3600"}
    with serving(tmp_path, **environ) as service:
        assert service.first_readiness()[0] == 200
        (worker,) = service.workers()
        service.process.send_signal(signal.SIGTERM)
        assert service.readiness_becomes(503) == b"tiny is draining"
        status, response, _ = service.request(
            "POST", "/columns", _columns(bundle), _columnar(bundle)
        )
        assert (status, response.headers["Connection"]) == (200, "close")
        assert service.request("GET", "/livez")[0] == 200
        os.kill(worker, signal.SIGTERM)
        assert service.process.wait(20) == 0


@linux
def test_a_killed_supervisor_leaves_no_worker_behind(bundle: Bundle, tmp_path: Path) -> None:
    with serving(tmp_path, MOORING_BUNDLE=str(bundle.path)) as service:
        assert service.first_readiness()[0] == 200
        (worker,) = service.workers()
        handle = os.pidfd_open(worker)
        service.process.kill()
        assert _ended(handle)


def _ended(handle: int) -> bool:
    """Wait for a process; its descriptor becomes readable when it has ended."""
    try:
        return select.select([handle], [], [], 20)[0] == [handle]
    finally:
        os.close(handle)


def _tampered(bundle: Bundle, folder: Path) -> Path:
    copy = Path(shutil.copytree(bundle.path, folder / bundle.path.name))
    content = bytearray((copy / "model.onnx").read_bytes())
    content[len(content) // 2] ^= 1
    (copy / "model.onnx").write_bytes(content)
    return copy


def test_a_tampered_bundle_never_becomes_ready_and_says_why(bundle: Bundle, tmp_path: Path) -> None:
    copy = _tampered(bundle, tmp_path)
    reason = "model.onnx: its content is not what the manifest says"
    with serving(tmp_path, MOORING_BUNDLE=str(copy)) as service:
        status, body = service.first_readiness()
        assert status == 503
        assert reason in body.decode()
        row = b'{"instances": [{"carrier": "AA", "hour": 3}]}'
        assert service.request("POST", "/predict", row, JSON)[0] == 503
        assert service.request("POST", "/columns", _columns(bundle), _columnar(bundle))[0] == 503
        assert service.request("GET", "/livez")[0] == 200
        assert service.request("GET", "/readyz")[0] == 503
    lines = service.output.read_text().splitlines()
    assert len([line for line in lines if reason in line]) == 1


def test_an_unsigned_bundle_never_becomes_ready_where_the_policy_asks(
    bundle: Bundle, tmp_path: Path
) -> None:
    policy = {"MOORING_SIGNATURE_POLICY": "key", "MOORING_SIGNATURE_KEY": "/keys/release.pub"}
    with serving(tmp_path, MOORING_BUNDLE=str(bundle.path), **policy) as service:
        status, body = service.first_readiness()
    assert status == 503
    assert "there is no model.sig, and the policy is key" in body.decode()


def test_without_anything_to_serve_it_exits_with_one_line(tmp_path: Path) -> None:
    with serving(tmp_path, MOORING_BUNDLE="") as service:
        assert service.process.wait(BOOT_SECONDS) == 1
    output = service.output.read_text()
    assert "no champion is released" in output
    assert "Traceback" not in output


@linux
def test_a_checkout_serves_its_champion_and_pins_it_for_its_worker(
    bundle: Bundle, tmp_path: Path, release: Callable[[Path, str, str], None]
) -> None:
    release(tmp_path, bundle.id, str(bundle.path))
    with serving(tmp_path, MOORING_BUNDLE="") as service:
        assert service.first_readiness()[0] == 200
        _, response, _ = service.request("GET", "/contract.json")
        (worker,) = service.workers()
        environ = Path(f"/proc/{worker}/environ").read_text().split("\0")
    assert response.headers["Mooring-Version"] == "4"
    assert response.headers["Mooring-Bundle"] == bundle.id
    assert f"MOORING_BUNDLE_ID={bundle.id}" in environ
    assert "MOORING_MODEL_VERSION=4" in environ


def test_with_a_token_only_probes_and_metrics_are_open(bundle: Bundle, tmp_path: Path) -> None:
    old, new = "old-" + "a" * 32, "new-" + "b" * 32
    environ = {"MOORING_BUNDLE": str(bundle.path), "MOORING_HOP_TOKEN": f"{old} {new}"}
    with serving(tmp_path, **environ) as service:
        assert service.first_readiness()[0] == 200
        assert service.request("GET", "/metrics")[0] == 200
        for method, path in (("POST", "/columns"), ("POST", "/predict"), ("GET", "/contract.json")):
            assert service.request(method, path, b"{}", JSON)[0] == 401, path
        for token in (old, new):
            known = _columnar(bundle) | {"Authorization": f"Bearer {token}"}
            assert service.request("POST", "/columns", _columns(bundle), known)[0] == 200
        told = service.output.read_text()
    assert old not in told
    assert new not in told
