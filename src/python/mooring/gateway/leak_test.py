"""Nothing that a caller sends comes out again: not in an answer, not in the log, not in a metric.

Each thing that is sent is a word of its own, so that a leak says where it came in. Two come out on
purpose: a request id of the right form, in its answer and the log, and a trace id, in the log.
"""

from __future__ import annotations

import json
import signal
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import Any
from urllib.parse import quote

from mooring.gateway.auth.keys import new_key
from mooring.gateway.testing.contracts import ROW
from mooring.gateway.testing.gateway import JSON, until
from mooring.gateway.testing.issuer import AUDIENCE, ISSUER, issuer, jwk, rsa_key, token
from mooring.gateway.testing.keys import BODY, PREDICT, KeysOnDisk, bearer
from mooring.gateway.testing.process import start
from mooring.gateway.testing.upstream import Behaviour, upstream

HOP = "canary-hop-token-of-at-least-32-characters"


@dataclass
class Exchange:
    """A gateway process, what was sent to it as secret, and all that came back."""

    port: int
    metrics_port: int
    sent: list[tuple[str, str]] = field(default_factory=list)
    heard: list[bytes] = field(default_factory=list)

    def canary(self, name: str) -> str:
        """A word that appears nowhere else."""
        return self.secret(name, f"canary{len(self.sent):03d}x")

    def secret(self, name: str, text: str) -> str:
        self.sent.append((name, text))
        return text

    def send(
        self, path: str, headers: Mapping[str, str], body: str = BODY, method: str = "POST"
    ) -> bytes:
        """Send one request as it is; returns the answer, head and all."""
        content = body.encode()
        lines = [f"{method} {path} HTTP/1.1", "Host: gateway", f"Content-Length: {len(content)}"]
        lines += [*(f"{name}: {value}" for name, value in headers.items()), "Connection: close"]
        answer = _talk(self.port, "\r\n".join(lines).encode() + b"\r\n\r\n" + content)
        self.heard.append(answer)
        return answer

    def metrics(self) -> bytes:
        return _talk(self.metrics_port, b"GET /metrics HTTP/1.0\r\n\r\n")


def _talk(port: int, request: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), 20) as connection:
        connection.sendall(request)
        parts = []
        while part := connection.recv(65_536):
            parts.append(part)
        return b"".join(parts)


@contextmanager
def process(home: Path, url: str, said: list[str], **settings: str) -> Iterator[Exchange]:
    """A gateway process; `said` gets every line of its log, the last when the block has ended."""
    child = start(home, url, subprocess.PIPE, **settings)
    listening = Event()

    def read() -> None:
        for line in child.stderr or ():
            said.append(line)
            if "gateway is listening" in line:
                listening.set()

    reader = Thread(target=read)
    reader.start()
    try:
        assert listening.wait(60), said
        facts = next(json.loads(line) for line in said if "is listening" in line)
        yield Exchange(facts["port"], facts["metrics_port"])
    finally:
        child.send_signal(signal.SIGTERM)
        reader.join()
        child.wait(30)


def with_row(**changes: Any) -> str:
    return json.dumps({"instances": [ROW | changes]})


def send_credentials(exchange: Exchange, good: Mapping[str, str]) -> None:
    unknown, cut = new_key()[0], new_key()[0][:-1]
    wrong = token(rsa_key(1), sub="canary-subject-of-a-token")
    exchange.secret("an unknown key", unknown.split("_")[2])
    exchange.secret("a key cut short", cut.split("_")[2])
    exchange.secret("a token of another key", wrong.split(".")[1])
    exchange.secret("its signature", wrong.split(".")[2])
    for credential in (unknown, cut, wrong, exchange.canary("credential")):
        exchange.send(PREDICT, {**JSON, **bearer(credential)})
        exchange.send(PREDICT, {**JSON, "X-API-Key": credential})
    basic = exchange.canary("basic")
    exchange.send(PREDICT, {**JSON, "Authorization": f"Basic {basic}"})
    exchange.send(PREDICT, {**JSON, **good, "Proxy-Authorization": exchange.canary("proxy")})
    exchange.send(PREDICT, {**JSON, **good, "Cookie": f"session={exchange.canary('cookie')}"})


def send_values(exchange: Exchange, good: Mapping[str, str]) -> None:
    headers = {**JSON, **good}
    for name in ROW:
        exchange.send(PREDICT, headers, with_row(**{name: exchange.canary(f"value-{name}")}))
    exchange.send(PREDICT, headers, f'{{"instances": "{exchange.canary("instances")}"}}')
    exchange.send(PREDICT, headers, f'{{"instances": [{{"hour": {exchange.canary("broken")}')
    exchange.send(PREDICT, headers, exchange.canary("nojson"))
    exchange.send(PREDICT, headers, BODY[:-1] + f', "parameters": "{exchange.canary("extra")}"}}')
    infer = {"inputs": [{"name": "hour", "datatype": exchange.canary("type"), "shape": [1],
                         "data": [exchange.canary("data")]}]}  # fmt: skip
    exchange.send("/v2/models/voyage_delay/infer", headers, json.dumps(infer))
    labels = {"labels": [{"prediction_id": exchange.canary("prediction"), "label": 1,
                          "observed_at": exchange.canary("observed")}]}  # fmt: skip
    exchange.send("/v1/models/voyage_delay:feedback", headers, json.dumps(labels))


def send_headers(exchange: Exchange, good: Mapping[str, str]) -> None:
    for name in (
        "User-Agent", "X-Request-Deadline-Ms", "Mooring-Event-Time", "Mooring-Key", "traceparent",
        "tracestate", "baggage", "X-Forwarded-For", "Forwarded", "Referer", "Accept", "Expect",
        "Content-Encoding", "Inference-Header-Content-Length", "X-Anything",
    ):  # fmt: skip
        exchange.send(PREDICT, {**JSON, **good, name: exchange.canary(f"header-{name}")})
    exchange.send(PREDICT, {**good, "Content-Type": exchange.canary("mediatype")})
    exchange.send(PREDICT, {**JSON, **good, "X-Request-ID": f"{exchange.canary('id')}/{{}}"})
    exchange.send(PREDICT, {**JSON, **good, exchange.canary("headername"): "x"})


_PATHS = (
    "/{}",
    "/docs/{}",
    "/v1/models/{}",
    "/v1/models/{}:predict",
    "/v1/models/voyage_delay:{}",
    "/v1/models/voyage_delay/{}",
    "/v1/models/voyage_delay/versions/{}:predict",
    "/v1/models/voyage_delay/labels/{}:predict",
    "/v1/models/voyage_delay:predict?key={}",
    "/v1/models?{}",
    "/v2/models/{}/infer",
    "/v2/models/voyage_delay/versions/{}/infer",
)


def send_paths(exchange: Exchange, good: Mapping[str, str]) -> None:
    for template in _PATHS:
        path = template.format(exchange.canary(template))
        exchange.send(path, {**JSON, **good})
        exchange.send(path, good, "", method="GET")
    exchange.send(f"/{quote('ä/' + exchange.canary('quoted'))}", good, "", method="GET")
    exchange.send("/livez", good, "", method=exchange.canary("method").upper())


def test_nothing_that_is_sent_comes_out_again(tmp_path: Path) -> None:
    said: list[str] = []
    keys = KeysOnDisk(tmp_path / "keys.json")
    key = keys.add(scopes=("predict", "feedback"))
    with upstream(Behaviour(token=HOP)) as service, issuer(jwk(rsa_key(), "k1")) as known:
        settings = {
            "MOORING_GATEWAY_AUTH": "keys,oidc",
            "MOORING_KEYS_FILE": str(keys.path),
            "MOORING_HOP_TOKEN": HOP,
            "MOORING_OIDC_ISSUER": ISSUER,
            "MOORING_OIDC_AUDIENCE": AUDIENCE,
            "MOORING_OIDC_JWKS": known.url,
            "MOORING_DRAIN_SECONDS": "0",
        }
        with process(tmp_path, service.url, said, **settings) as exchange:
            signed = token(rsa_key())
            exchange.secret("the token of the hop", HOP)
            exchange.secret("a key", key.split("_")[2])
            exchange.secret("the digest of a key", keys.digest(key))
            exchange.secret("a token", signed.split(".")[1])
            until(
                lambda: exchange.send(PREDICT, {**JSON, **bearer(key)}),
                lambda answer: answer.startswith(b"HTTP/1.1 200 "),
            )
            for good in ({"X-API-Key": key}, bearer(signed)):
                send_credentials(exchange, good)
                send_values(exchange, good)
                send_headers(exchange, good)
                send_paths(exchange, good)
            metrics = exchange.metrics()
    answers, log = b"\n".join(exchange.heard), "".join(said).encode()
    assert len(exchange.heard) > 120
    assert len(said) > 100
    assert b"mooring_gateway_requests_total" in metrics
    leaks = [
        f"{name} in the {where}"
        for where, content in (("answers", answers), ("log", log), ("metrics", metrics))
        for name, text in exchange.sent
        if text.encode().lower() in content.lower()
    ]
    assert not leaks
