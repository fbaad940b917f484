"""The real thing: Prometheus and Alertmanager beside a gateway and two services of a released
model, with our configuration and our rules. Only their pace is another: a second where it is
fifteen or thirty, so that it takes a minute and not an hour until everything has been computed.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml

from mooring.bundle.atomic import write_file
from mooring.gateway.testing.gateway import ask
from mooring.observability.alertmanager.server import command as alertmanager_command
from mooring.observability.documents import yaml_text
from mooring.observability.prometheus.client import PrometheusClient
from mooring.observability.prometheus.config import (
    ALERTMANAGER,
    GATEWAY,
    PROMETHEUS,
    SERVICE,
    Job,
    Scrape,
    config,
)
from mooring.observability.prometheus.server import start
from mooring.observability.rules.files import files as rule_files
from mooring.observability.trial.clock import Window
from mooring.process.children import Processes
from mooring.process.ports import LOOPBACK, free_port, is_open
from mooring.process.service import ServiceProcess
from tests.observability.flights import MODEL, released, with_reference
from tests.resilience.members import RealService

SECONDS_BETWEEN = 1.0
_PACE = "1s"
_PATIENCE_SECONDS = 60.0

# Of all calls, so that both versions are seen within seconds.
_PERCENT = 30.0

# Nobody is told: it only has to be there.
_TELLS_NOBODY = "route: {receiver: nobody}\nreceivers: [{name: nobody}]\n"


@dataclass(frozen=True)
class Scene:
    """What runs, and since when."""

    client: PrometheusClient
    gateway: int
    routing: Path
    services: tuple[RealService, ...]
    began: float

    @property
    def window(self) -> Window:
        """From the beginning until now."""
        return Window(self.began, time.time(), SECONDS_BETWEEN)

    def publish(self, mode: str) -> None:
        """Have the gateway obey the next routing document: a `canary`, or a `shadow`."""
        before = json.loads(self.routing.read_text()) if self.routing.exists() else {}
        document = _routing(self.services, mode, before.get("version", 0) + 1)
        write_file(self.routing, json.dumps(document).encode())


@contextmanager
def scene(folder: Path) -> Iterator[Scene]:
    """Start all of it; everything has ended when the block has."""
    with ExitStack() as stack:
        processes = stack.enter_context(Processes(folder / "logs"))
        services = tuple(_services(processes, folder))
        gateway, metrics = free_port(), free_port()
        client = _observed(processes, folder, metrics, services)
        routing = folder / "gateway/routing.json"
        running = Scene(client, gateway, routing, services, time.time())
        routing.parent.mkdir()
        running.publish("canary")
        _gateway(processes, routing, gateway, metrics)
        yield running


def _services(processes: Processes, folder: Path) -> Iterator[RealService]:
    """The champion and the one before it, each with a reference."""
    newest = list(released())[:2]
    for one in newest:
        bundle = with_reference(one.folder, folder / "bundles")
        home = folder / f"service-{one.version}"
        yield RealService.start(
            processes,
            ServiceProcess(
                f"models.{MODEL}.service:FlightDelay",
                bundle.path,
                bundle.id,
                one.version,
                home,
                free_port(),
            ),
        )


def _routing(services: tuple[RealService, ...], mode: str, version: int) -> dict[str, object]:
    champion, challenger = (
        {"urls": [s.url], "version": s.service.version, "bundle": s.service.bundle}
        for s in services
    )
    percent = {"percent": _PERCENT} if mode == "canary" else {}
    route = {"champion": champion, "challenger": challenger, "mode": mode, **percent}
    return {"format": 1, "version": version, "models": {MODEL: route}}


def _gateway(processes: Processes, routing: Path, port: int, metrics: int) -> None:
    home = routing.parent
    environ = {
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        "MOORING_HOME": str(home),
        "MOORING_ROUTING": str(routing),
        "MOORING_LOG_HOME": str(home),
        "MOORING_GATEWAY_PORT": str(port),
        "MOORING_METRICS_PORT": str(metrics),
        "MOORING_DRAIN_SECONDS": "0",
    }
    child = processes.start("gateway", [sys.executable, "-m", "mooring.gateway"], environ)
    processes.wait_until(child, lambda: is_open(port) and _is_ready(port), _PATIENCE_SECONDS)


def _is_ready(port: int) -> bool:
    return ask(port, "GET", "/readyz").status == 200


def _observed(
    processes: Processes, folder: Path, metrics: int, services: tuple[RealService, ...]
) -> PrometheusClient:
    own, alertmanager = free_port(), free_port()
    _alertmanager(processes, folder / "alertmanager", alertmanager)
    targets = tuple(service.url.rpartition("/")[2] for service in services)
    jobs = (
        Job(GATEWAY, (f"{LOOPBACK}:{metrics}",)),
        Job(SERVICE, targets),
        Job(PROMETHEUS, (f"{LOOPBACK}:{own}",)),
        Job(ALERTMANAGER, (f"{LOOPBACK}:{alertmanager}",)),
    )
    home = folder / "prometheus"
    (home / "rules").mkdir(parents=True)
    for name, text in _hurried(rule_files()):
        (home / "rules" / name).write_text(text)
    settings = home / "prometheus.yml"
    scrape = Scrape(jobs, f"{LOOPBACK}:{alertmanager}", interval=_PACE)
    settings.write_text(yaml_text(config(scrape)))
    start(processes, settings, home / "data", own)
    return PrometheusClient(f"http://{LOOPBACK}:{own}")


def _hurried(rules: dict[str, str]) -> Iterator[tuple[str, str]]:
    """The rule files of Prometheus, with every group evaluated each second."""
    for path, text in rules.items():
        if path.startswith("deploy/prometheus/rules/"):
            groups = yaml.safe_load(text)["groups"]
            yield Path(path).name, yaml_text({"groups": [{**g, "interval": _PACE} for g in groups]})


def _alertmanager(processes: Processes, home: Path, port: int) -> None:
    home.mkdir()
    settings = home / "alertmanager.yml"
    settings.write_text(_TELLS_NOBODY)
    child = processes.start("alertmanager", alertmanager_command(settings, home / "data", port), {})
    processes.wait_until(child, lambda: is_open(port), _PATIENCE_SECONDS)
