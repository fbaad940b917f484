"""A gateway for tests: the real application behind the real server, in a thread."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from prometheus_client import CollectorRegistry

from mooring.gateway.app import Ports, create_app
from mooring.gateway.capture.make import make_log
from mooring.gateway.capture.settings import LogSettings
from mooring.gateway.edge.door import Door
from mooring.gateway.server import listen_at, make_server
from mooring.gateway.settings import Settings
from mooring.gateway.testing.contracts import BUNDLE, VERSION
from mooring.gateway.traffic.copy import LastGood
from mooring.gateway.traffic.source import start
from mooring.gateway.wiring import ports_of
from mooring.telemetry.binding import bind
from mooring.telemetry.catalogue import metrics_of

T = TypeVar("T")

JSON = {"Content-Type": "application/json"}

# Generous: only a broken gateway takes longer.
_PATIENCE_SECONDS = 20.0


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]  # names in lower case
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def ask(
    port: int, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
) -> Answer:
    """Send one request on a connection of its own; an iterator as body is sent in chunks."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE_SECONDS)) as c:
        c.request(method, path, body, dict(headers or {}))
        response = c.getresponse()
        names = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, names, response.read())


@dataclass(frozen=True)
class RunningGateway:
    """A gateway that serves."""

    port: int
    ports: Ports
    registry: CollectorRegistry
    said: list[dict[str, Any]]  # of requests, in its log

    def get(self, path: str, **headers: str) -> Answer:
        return ask(self.port, "GET", path, headers=headers)

    def post(self, path: str, body: Any, headers: Mapping[str, str] = JSON) -> Answer:
        return ask(self.port, "POST", path, body, headers)

    def send(self, method: str, path: str) -> Answer:
        return ask(self.port, method, path)

    def raw(self, request: bytes) -> bytes:
        """Send bytes as they are, and read until the answer's head is complete."""
        with socket.create_connection(("127.0.0.1", self.port), _PATIENCE_SECONDS) as connection:
            connection.sendall(request)
            answer = b""
            while b"\r\n\r\n" not in answer and (part := connection.recv(65_536)):
                answer += part
            return answer

    def predict(self, *rows: Mapping[str, Any], model: str = "voyage_delay") -> Answer:
        return self.post(f"/v1/models/{model}:predict", json.dumps({"instances": rows}))

    def counted(self, metric: str, **labels: str) -> float | None:
        return self.registry.get_sample_value(metric, labels)

    def publish(self, document: Any) -> None:
        """Replace the routing document."""
        write_routing(self.ports.settings.routing, document)

    def until_obeys(self, version: int) -> None:
        """Wait until that version of the routing document is in force."""
        until(lambda: self.counted("mooring_gateway_routing_version"), lambda v: v == version)

    def until_ready(self, status: int = 200) -> Answer:
        return until_ready(self.port, status)


def until_ready(port: int, status: int = 200) -> Answer:
    """Ask /readyz until it answers with `status`."""
    return until(lambda: ask(port, "GET", "/readyz"), lambda answer: answer.status == status)


def until(attempt: Callable[[], T], enough: Callable[[T], bool]) -> T:
    """Repeat an attempt until its result is enough."""
    end = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < end:
        result = attempt()
        if enough(result):
            return result
    raise TimeoutError("what the test waits for never happened")


def routing_document(url: str, **champion: Any) -> dict[str, Any]:
    """A routing document for the model of the fake service."""
    target = {"urls": [url], "version": VERSION, "bundle": BUNDLE} | champion
    return {"format": 1, "version": 1, "models": {"voyage_delay": {"champion": target}}}


@contextmanager
def gateway(
    url: str,
    settings: Settings | None = None,
    document: Any = None,
    home: Path | None = None,
    log: LogSettings | None = None,
) -> Iterator[RunningGateway]:
    """Serve in a thread until the block ends; it may not be ready yet when the block begins.

    It follows `routing.json` in `home`, which is written unless there is one. Without `log` nothing
    is remembered of what it answers.
    """
    with ExitStack() as stack:
        home = home or Path(stack.enter_context(TemporaryDirectory()))
        settings = settings or Settings(port=0, learn_seconds=0.01, watch_seconds=0.05)
        settings = _at_home(settings, home)
        if not settings.routing.exists() and not settings.routing_copy.exists():
            write_routing(settings.routing, document or routing_document(url))
        settings = replace(settings, log=log) if log else settings
        yield stack.enter_context(_serving(settings, remembers=log is not None))


@contextmanager
def _serving(settings: Settings, *, remembers: bool) -> Iterator[RunningGateway]:
    registry = CollectorRegistry()
    log = make_log(settings.log, registry) if remembers else None
    begin = start(settings.routing, LastGood(settings.routing_copy))
    said: list[dict[str, Any]] = []
    ports = ports_of(settings, begin, bind(metrics_of("gateway"), registry), log, said.append)
    server = make_server(create_app(ports), ports.drain, Door(settings.edge, ports.instruments))
    with closing(listen_at(settings)) as public:
        thread = threading.Thread(target=server.run, args=([public],))
        thread.start()
        try:
            yield RunningGateway(public.getsockname()[1], ports, registry, said)
        finally:
            server.should_exit = True
            thread.join()


def _at_home(settings: Settings, home: Path) -> Settings:
    """The same settings, with the files of this gateway in `home`."""
    return replace(
        settings,
        routing=home / "routing.json",
        routing_copy=home / "gateway" / "routing.json",
        routing_seconds=0.02,
    )


def write_routing(path: Path, document: Any) -> None:
    """Publish a routing document as its one writer does: by renaming."""
    fresh = path.with_suffix(".fresh")
    fresh.write_text(document if isinstance(document, str) else json.dumps(document))
    fresh.replace(path)
