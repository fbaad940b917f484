from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from mooring.gateway.testing.gateway import RunningGateway, gateway, until
from mooring.gateway.testing.upstream import upstream

MODEL = "/v1/models/{model}"


@pytest.fixture(scope="module")
def served() -> Iterator[RunningGateway]:
    with upstream() as service, gateway(service.url) as running:
        running.until_ready()
        yield running


@pytest.mark.parametrize(
    "path",
    [
        "/", "/livez", "/readyz", "/v1/models", "/v1/models/voyage_delay", "/v2/health/ready",
        "/v1/models/voyage_delay/contract", "/v2/models/voyage_delay", "/docs", "/openapi.json",
    ],
)  # fmt: skip
def test_head_is_get_without_the_body(served: RunningGateway, path: str) -> None:
    full, head = served.get(path), served.send("HEAD", path)
    assert (head.status, head.body) == (200, b"")
    for name in ("content-length", "content-type"):
        assert head.headers[name] == full.headers[name]


def test_no_byte_follows_the_head(served: RunningGateway) -> None:
    """A client of ours would not look; the next request's would take it for its answer."""
    request = b"HEAD /v1/models HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n\r\n"
    with socket.create_connection(("127.0.0.1", served.port), 20) as connection:
        connection.sendall(request)
        answer = b"".join(iter(lambda: connection.recv(65_536), b""))
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert answer.endswith(b"\r\n\r\n")


@pytest.mark.parametrize(
    ("path", "status"), [("/v1/models/made_up", 404), ("/v1/models/voyage_delay:predict", 405)]
)
def test_head_is_refused_as_get_is(served: RunningGateway, path: str, status: int) -> None:
    answer = served.send("HEAD", path)
    assert (answer.status, answer.body) == (status, b"")


def test_head_is_counted_as_head_on_its_route(served: RunningGateway) -> None:
    labels = {"route": MODEL, "method": "HEAD", "code": "2xx"}
    before = served.counted("mooring_gateway_requests_total", **labels) or 0.0
    served.send("HEAD", MODEL.format(model="voyage_delay"))
    # It is counted once it has been answered.
    until(
        lambda: served.counted("mooring_gateway_requests_total", **labels),
        lambda count: count == before + 1,
    )


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/v1/models/voyage_delay:predict", "POST"),
        ("/v2/models/voyage_delay/infer", "POST"),
        ("/v1/models/voyage_delay", "GET, HEAD"),
        ("/v2/health/live", "GET, HEAD"),
        ("/docs", "GET, HEAD"),
    ],
)
def test_another_method_is_405_and_says_which_are_allowed(
    served: RunningGateway, method: str, path: str, allowed: str
) -> None:
    answer = served.send(method, path)
    assert answer.status == 405
    assert answer.headers["allow"] == allowed
