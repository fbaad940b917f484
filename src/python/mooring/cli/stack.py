"""The serving stack on this machine: one model service per model, and the gateway before them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass

from mooring.cli.http import status_of
from mooring.cli.routing import Routed, local_url, write_routing
from mooring.cli.served import Served
from mooring.cli.workspace import Workspace
from mooring.process.children import Child, Processes, failed
from mooring.process.ports import LOOPBACK, require_free
from mooring.process.service import ServiceProcess

# The service boots in some 5 s on two idle cores; a busy machine deserves patience.
BOOT_SECONDS = 120.0


@dataclass(frozen=True)
class Ports:
    """Where the gateway, its metrics and the first model service listen."""

    gateway: int = 8080
    metrics: int = 9464
    service: int = 3000


def start_stack(
    processes: Processes, space: Workspace, served: Sequence[Served], ports: Ports, drain: float
) -> str:
    """Start services and gateway, wait until they are ready, and return the gateway's URL.

    Raises PortInUse before anything is started, ProcessFailed when a server does not come up.
    """
    for port in (ports.gateway, ports.metrics, *(ports.service + i for i in range(len(served)))):
        require_free(port)
    for number, model in enumerate(served):
        _start_service(processes, space, model, ports.service + number)
    write_routing(
        space.routing,
        [
            Routed(m.name, local_url(ports.service + number), m.version, m.bundle)
            for number, m in enumerate(served)
        ],
    )
    _, url = start_gateway(processes, space, ports, drain)
    return url


def _start_service(processes: Processes, space: Workspace, model: Served, port: int) -> None:
    service = ServiceProcess(
        service=model.service,
        folder=model.folder,
        bundle=model.bundle,
        version=model.version,
        home=space.home,
        port=port,
    )
    child = processes.start(f"service-{model.name}", service.command, service.environ)
    url = f"{service.url}/readyz"
    processes.wait_until(child, lambda: _service_ready(child, url), BOOT_SECONDS)


def _service_ready(child: Child, url: str) -> bool:
    """Whether the model service is ready. It answers 503 only when it never will be."""
    status = status_of(url)
    if status == 503:
        raise failed(child, "it refuses to serve the bundle")
    return status == 200


def start_gateway(
    processes: Processes, space: Workspace, ports: Ports, drain: float
) -> tuple[Child, str]:
    """Start the gateway over the routing document that lies there; it and its URL, once ready."""
    environ = {
        "MOORING_HOME": str(space.home),
        "MOORING_ROUTING": str(space.routing),
        "MOORING_LOG_HOME": str(space.home),
        "MOORING_GATEWAY_HOST": LOOPBACK,
        "MOORING_GATEWAY_PORT": str(ports.gateway),
        "MOORING_METRICS_PORT": str(ports.metrics),
        "MOORING_DRAIN_SECONDS": str(drain),
    }
    child = processes.start("gateway", [sys.executable, "-m", "mooring.gateway"], environ)
    url = f"http://{LOOPBACK}:{ports.gateway}"
    processes.wait_until(child, lambda: status_of(f"{url}/readyz") == 200, BOOT_SECONDS)
    return child, url
