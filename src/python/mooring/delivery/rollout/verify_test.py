"""What is served must be ready, of the promised bundle, and right; a real HTTP server answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from mooring.delivery.rollout.errors import VerificationFailed
from mooring.delivery.rollout.verify import Promise, verify

BUNDLE, OTHER = "a" * 64, "b" * 64
PROMISE = Promise("voyage", BUNDLE, [{"miles": 1.0}, {"miles": 2.0}], [0.25, 0.5], 1e-6)


@dataclass
class Gateway:
    """Answers in turn; the last one stays."""

    ready: list[int] = field(default_factory=lambda: [200])
    digests: list[str] = field(default_factory=lambda: [BUNDLE])
    predictions: Any = field(default_factory=lambda: [0.25, 0.5])
    asked: list[Any] = field(default_factory=list)
    key: str = ""  # what it asks for

    def get(self, path: str) -> tuple[int, Any]:
        return (_next(self.ready), {}) if path == "/readyz" else (404, {})

    def post(self, path: str, body: Any) -> tuple[int, Any]:
        if path != "/v1/models/voyage:predict":
            return 404, {}
        self.asked.append(body)
        return 200, {"predictions": self.predictions, "model": {"digest": _next(self.digests)}}


def _next(answers: list[Any]) -> Any:
    return answers.pop(0) if len(answers) > 1 else answers[0]


@contextmanager
def serving(gateway: Gateway) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._send(*gateway.get(self.path))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if gateway.key and self.headers["Authorization"] != f"Bearer {gateway.key}":
                self._send(401, {})
                return
            self._send(*gateway.post(self.path, json.loads(body)))

        def _send(self, status: int, document: Any) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(document).encode())

        def log_message(self, *words: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_release_that_is_served_is_verified_with_its_golden_samples() -> None:
    gateway = Gateway()
    with serving(gateway) as url:
        (done,) = verify(f"{url}/", [PROMISE])
    assert (done.model, done.bundle, done.samples) == ("voyage", BUNDLE, 2)
    assert done.largest_difference == 0.0
    assert gateway.asked == [{"instances": [{"miles": 1.0}, {"miles": 2.0}]}]


def test_it_waits_for_readiness_and_for_pods_that_are_leaving() -> None:
    gateway = Gateway(ready=[503, 503, 200], digests=[OTHER, BUNDLE])
    with serving(gateway) as url:
        assert verify(url, [PROMISE])


@pytest.mark.parametrize(
    ("gateway", "said"),
    [
        pytest.param(lambda: Gateway(ready=[503]), "not ready: 503", id="never ready"),
        pytest.param(lambda: Gateway(digests=[OTHER]), "answers with bundle bbbb", id="not ours"),
        pytest.param(
            lambda: Gateway(predictions=[0.25, 0.50001]), "differs by 1e-05", id="a wrong number"
        ),
        pytest.param(lambda: Gateway(predictions=[0.25]), "each of 2 rows", id="a row short"),
        pytest.param(lambda: Gateway(predictions=None), "each of 2 rows", id="no predictions"),
        pytest.param(
            lambda: Gateway(predictions=[0.25, float("nan")]), "differs by nan", id="not a number"
        ),
    ],
)
def test_what_is_not_the_release_is_refused(gateway: Callable[[], Gateway], said: str) -> None:
    with serving(gateway()) as url, pytest.raises(VerificationFailed, match=said):
        verify(url, [PROMISE], seconds=0.2)


def test_a_model_that_is_not_there_is_refused() -> None:
    absent = Promise("tumour", BUNDLE, [{}], [0.5], 1e-6)
    with serving(Gateway()) as url, pytest.raises(VerificationFailed, match="answers with 404"):
        verify(url, [absent], seconds=0.2)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        pytest.param("http://127.0.0.1:1", "nobody answers", id="nobody listens"),
        pytest.param("file:///etc/passwd", "no HTTP address", id="no address"),
        pytest.param("", "no HTTP address", id="nothing"),
    ],
)
def test_an_address_that_leads_nowhere_is_refused(url: str, said: str) -> None:
    with pytest.raises(VerificationFailed, match=said):
        verify(url, [PROMISE], seconds=0.0)


def test_a_gateway_that_asks_for_a_key_is_shown_it() -> None:
    gateway = Gateway(key="sesame")
    with serving(gateway) as url:
        assert verify(url, [PROMISE], key="sesame")
        with pytest.raises(VerificationFailed, match="it answers with 401"):
            verify(url, [PROMISE], seconds=0)
