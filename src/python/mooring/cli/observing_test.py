from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry, start_http_server
from typer.testing import CliRunner, Result

from mooring.cli.app import app
from mooring.cli.observatory import Observers, Watched, scrape, watched
from mooring.cli.stack import Ports
from mooring.cli.workspace import Workspace
from mooring.gateway.testing.environment import environment
from mooring.gateway.testing.process import running
from mooring.observability.programs import ALERTMANAGER, PROMETHEUS
from mooring.observability.prometheus.client import PrometheusClient
from mooring.observability.testing.programs import path_or_skip
from mooring.process.ports import LOOPBACK, free_port, is_open
from mooring.telemetry.binding import bind
from mooring.telemetry.catalogue import metrics_of

PATIENCE_SECONDS = 90.0


def mooring(space: Workspace, *arguments: str) -> Result:
    where = ["--workspace", str(space.root), "--home", str(space.home)]
    return CliRunner().invoke(app, [*where, *arguments])


@pytest.fixture
def space(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path, tmp_path / "home")


@contextmanager
def service() -> Iterator[int]:
    """What a model service exposes, at a port."""
    registry = CollectorRegistry()
    bind(metrics_of("service"), registry)
    server, thread = start_http_server(0, LOOPBACK, registry)
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass(frozen=True)
class Watching:
    """`mooring obs` as a process, and what it said of itself."""

    process: subprocess.Popen[str]
    told: dict[str, Any]
    at: Observers

    def notes(self) -> str:
        _, notes = self.process.communicate(timeout=PATIENCE_SECONDS)
        return notes


@contextmanager
def watching(space: Workspace, *options: str) -> Iterator[Watching]:
    at = Observers(free_port(), free_port())
    ports = [f"--{name}-port={port}" for name, port in vars(at).items()]
    where = ["--workspace", str(space.root), "--home", str(space.home)]
    process = subprocess.Popen(
        [sys.executable, "-m", "mooring.cli", *where, "obs", "--json", *ports, *options],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield Watching(process, _document(process), at)
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE_SECONDS)


def _document(process: subprocess.Popen[str]) -> dict[str, Any]:
    """The first document on stdout, which stays open."""
    assert process.stdout is not None
    text = ""
    for line in process.stdout:
        text += line
        if line == "}\n":
            break
    told = json.loads(text or "{}")
    if "targets" not in told:
        raise ChildProcessError(text)
    return dict(told)


def alertmanagers_alerts(watch: Watching) -> list[str]:
    with urllib.request.urlopen(f"{watch.told['alertmanager']}/api/v2/alerts", timeout=5) as got:
        return [alert["labels"]["alertname"] for alert in json.load(got)]


def until(holds: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < end, "what the test waits for never happened"
        time.sleep(0.1)


def test_it_watches_a_gateway_and_a_service_and_ends_with_a_signal(space: Workspace) -> None:
    path_or_skip(PROMETHEUS)
    path_or_skip(ALERTMANAGER)
    space.home.mkdir()
    with (
        service() as port,
        running(space.home, f"http://{LOOPBACK}:{port}") as gateway,
        watching(
            space, f"--gateway-port={gateway.port}", f"--metrics-port={gateway.metrics_port}"
        ) as watch,
    ):
        client = PrometheusClient(watch.told["prometheus"])
        targets = {
            f"alertmanager {LOOPBACK}:{watch.at.alertmanager}",
            f"prometheus {LOOPBACK}:{watch.at.prometheus}",
            f"mooring-gateway {LOOPBACK}:{gateway.metrics_port}",
            f"mooring-service {LOOPBACK}:{port}",
        }

        assert watch.told["targets"] == dict.fromkeys(targets, "up")
        assert client.query('mooring_gateway_routing_version{job="mooring-gateway"}')[0].last == 1
        until(lambda: client.query('ALERTS{alertname="Watchdog",alertstate="firing"}'))
        until(lambda: "Watchdog" in alertmanagers_alerts(watch))
        assert "GatewayDown" not in alertmanagers_alerts(watch)
        watch.process.send_signal(signal.SIGTERM)
        notes = watch.notes()

    assert watch.process.returncode == 0
    assert "No gateway" not in notes
    assert not [port for port in vars(watch.at).values() if is_open(port)]


def test_without_a_gateway_it_says_how_to_start_one_and_watches_on(space: Workspace) -> None:
    path_or_skip(PROMETHEUS)
    path_or_skip(ALERTMANAGER)
    nobody, none = free_port(), free_port()
    options = (f"--gateway-port={nobody}", f"--metrics-port={none}", f"--service-port={none}")
    with watching(space, *options) as watch:
        assert watch.told["targets"][f"mooring-gateway {LOOPBACK}:{none}"] == "down"
        assert watch.process.poll() is None
        watch.process.send_signal(signal.SIGINT)
        notes = watch.notes()

    assert f"No gateway listens at port {nobody}" in notes
    assert "./pants demo --keep-up" in notes
    assert watch.process.returncode == 0


@pytest.mark.parametrize("option", ["--prometheus-port", "--alertmanager-port"])
def test_a_port_in_use_is_named_before_anything_starts(option: str, space: Workspace) -> None:
    path_or_skip(PROMETHEUS)
    path_or_skip(ALERTMANAGER)
    free = {"--prometheus-port": str(free_port()), "--alertmanager-port": str(free_port())}
    with socket.socket() as taken:
        taken.bind((LOOPBACK, 0))
        taken.listen()
        free[option] = str(taken.getsockname()[1])
        done = mooring(space, "obs", *[word for pair in free.items() for word in pair])

    assert done.exit_code == 1
    assert f"{LOOPBACK}:{free[option]}: the port is in use" in done.output
    assert list((space.home / "obs/logs").iterdir()) == []


def test_generated_files_are_written_once_and_found_when_they_are_stale(space: Workspace) -> None:
    assert mooring(space, "obs", "generate").exit_code == 0

    edited = "deploy/prometheus/prometheus.yml"
    (space.root / edited).write_text("by hand")
    checked = mooring(space, "obs", "generate", "--check", "--json")

    assert checked.exit_code == 1
    assert json.loads(checked.stdout)["stale"] == [edited]
    assert (space.root / edited).read_text() == "by hand"


def routing(*urls: str) -> str:
    champion = {"urls": urls[:1], "version": 1, "bundle": "b" * 64}
    challenger = {"urls": urls[1:], "mode": "shadow"}
    models = {"a": {"champion": champion, "challenger": challenger}, "b": {"champion": champion}}
    return json.dumps({"format": 1, "version": 1, "models": models})


@pytest.mark.parametrize(
    ("document", "services"),
    [
        pytest.param(
            routing("http://127.0.0.1:3000", "http://127.0.0.1:3001"),
            ("127.0.0.1:3000", "127.0.0.1:3001"),
            id="those of champions and challengers, each once",
        ),
        pytest.param(
            routing("http://10.0.0.1:3000"), ("127.0.0.1:3000",), id="not those of other machines"
        ),
        pytest.param("{", ("127.0.0.1:3000",), id="a document that is damaged"),
        pytest.param('{"models": [1]}', ("127.0.0.1:3000",), id="one of another form"),
    ],
)
def test_the_services_are_those_of_the_routing_document(
    document: str, services: tuple[str, ...], space: Workspace
) -> None:
    space.home.mkdir()
    space.routing.write_text(document)

    assert watched(space, Ports(), None, 8090).services == services
    assert watched(space, Ports(), 4000, 8090).services == ("127.0.0.1:4000",)


def test_of_two_routing_documents_the_newer_one_counts(space: Workspace) -> None:
    (space.home / "demo").mkdir(parents=True)
    space.routing.write_text(routing("http://127.0.0.1:5000"))
    demo = space.home / "demo/routing.json"
    demo.write_text(routing("http://127.0.0.1:6000"))
    later = space.routing.stat().st_mtime_ns + 10**9
    os.utime(demo, ns=(later, later))

    assert watched(space, Ports(), None, 8090).services == ("127.0.0.1:6000",)


def test_a_monitor_is_scraped_where_one_listens() -> None:
    with socket.socket() as monitor:
        monitor.bind((LOOPBACK, 0))
        monitor.listen()
        there = monitor.getsockname()[1]
        found = scrape(Watched(1, 2, ("127.0.0.1:3",), there), Observers())
    none = scrape(Watched(1, 2, ("127.0.0.1:3",), free_port()), Observers())

    assert f"127.0.0.1:{there}" in [target for job in found.jobs for target in job.targets]
    assert "mooring-monitor" not in [job.name for job in none.jobs]
