"""The loop on this machine: gateway, services and rollouts, the monitor, and who watches it."""

from __future__ import annotations

import json
import os
import secrets
import sys
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from mooring.bundle.atomic import write_file
from mooring.cli.http import status_of
from mooring.cli.stack import BOOT_SECONDS, Ports
from mooring.cli.workspace import Workspace
from mooring.observability.alertmanager.destinations import MONITOR_TOKEN
from mooring.process.children import Child, Processes
from mooring.process.ports import LOOPBACK, require_free

MONITOR_PORT = 8090

# A log is taken over this soon, and a look costs a tenth of it.
_SEAL_SECONDS = 0.5
_LOOK_SECONDS = 0.5

# Some weeks of events, as fast as a demonstration goes by.
REST_SECONDS = 8.0

# Rollouts in seconds rather than hours: what is shown is that they go on by evidence.
_ROLLOUT = """
seconds = 0.5

[defaults]
steps = [
    {percent = 25, seconds = 1, requests = 15},
    {percent = 50, seconds = 1, requests = 15},
]
"""

# Nobody has a key here, so labels are nobody's: in production a person approves, or names whom to
# trust.
_MONITOR = """
[jobs]
command = {command}

[defaults.brakes]
approval = "trusted"
trusted = [""]
cooldown_seconds = {rest}
again_seconds = {rest}
daily_cap = 100

# As deploy/monitor.toml has it.
[models.flight_time.watching]
least_residual = 1.0
least_loss = 0.35
"""


# One as the monitor tells it: `incidents.incident.Incident` as JSON.
Incident = Mapping[str, Any]

# The states in which a job of an incident runs, or is about to.
AT_WORK = frozenset({"requested", "training", "challenging"})


@dataclass(frozen=True)
class Loop:
    """What runs: addresses, and the files of the tokens for the monitor's two doors."""

    gateway: str
    monitor: str
    hook: Path
    admin: Path


def start_loop(
    processes: Processes,
    space: Workspace,
    ports: Ports,
    monitor_port: int,
    rest: float = REST_SECONDS,
) -> Loop:
    """Start all of it and wait until it is ready; a model rests `rest` seconds between retrains.

    Raises PortInUse before anything is started, ProcessFailed when something does not come up.
    """
    for port in (ports.gateway, ports.metrics, monitor_port):
        require_free(port)
    environ = _environ(space)
    gateway = f"http://{LOOPBACK}:{ports.gateway}"
    loop = _doors(space, gateway, monitor_port)
    # Beside each other: a service boots for seconds before there can be a gateway.
    rollouts = _start_rollouts(processes, space, environ, ports)
    monitor = _start_monitor(processes, space, environ, loop, rest)
    for child, url in ((monitor, loop.monitor), (rollouts, gateway)):
        ready = partial(_is_ready, f"{url}/readyz")
        processes.wait_until(child, ready, 2 * BOOT_SECONDS)
    return loop


def _is_ready(url: str) -> bool:
    return status_of(url) == 200


def _doors(space: Workspace, gateway: str, monitor_port: int) -> Loop:
    secret = space.home / "monitor" / "secrets"
    url = f"http://{LOOPBACK}:{monitor_port}"
    loop = Loop(gateway, url, secret / MONITOR_TOKEN, secret / "admin_token")
    for path in (loop.hook, loop.admin):
        _write_token(path)
    return loop


def _environ(space: Workspace) -> dict[str, str]:
    return {
        "MOORING_ROOT": str(space.root),
        "MOORING_HOME": str(space.home),
        "MOORING_LOG_HOME": str(space.home),
        "MOORING_LOG_SEGMENT_SECONDS": str(_SEAL_SECONDS),
    }


def _start_rollouts(
    processes: Processes, space: Workspace, environ: Mapping[str, str], ports: Ports
) -> Child:
    plans = space.home / "rollout.toml"
    write_file(plans, _ROLLOUT.encode())
    command = [
        *(sys.executable, "-m", "mooring.cli", "rollout", "run", "--settings", str(plans)),
        *("--gateway-port", str(ports.gateway), "--metrics-port", str(ports.metrics)),
    ]
    return processes.start("rollouts", command, environ)


def _start_monitor(
    processes: Processes,
    space: Workspace,
    environ: Mapping[str, str],
    loop: Loop,
    rest: float,
) -> Child:
    settings = space.home / "monitor.toml"
    job = json.dumps([sys.executable, "-m", "mooring.cli"])
    text = _MONITOR.replace("{command}", job).replace("{rest}", str(rest))
    write_file(settings, text.encode())
    own = {
        "MOORING_MODELS": str(space.root / "models"),
        "MOORING_ROUTING": str(space.routing),
        "MOORING_MONITOR_PORT": loop.monitor.rpartition(":")[2],
        "MOORING_MONITOR_HOOK_TOKEN_FILE": str(loop.hook),
        "MOORING_MONITOR_ADMIN_TOKEN_FILE": str(loop.admin),
        "MOORING_MONITOR_SETTINGS": str(settings),
        "MOORING_MONITOR_INTERVAL_SECONDS": str(_LOOK_SECONDS),
    }
    return processes.start("monitor", [sys.executable, "-m", "mooring.monitor"], {**environ, **own})


def _write_token(path: Path) -> None:
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_urlsafe(24) + "\n")


def token_in(path: Path) -> str:
    """A token as it is shown."""
    return path.read_text().strip()


def incidents_of(loop: Loop) -> list[Incident]:
    """All of them, the newest first."""
    found: list[Incident] = _asked(loop, "/v1/incidents")["incidents"]
    return found


def approve(loop: Loop, incident: str, by: str) -> None:
    """Say yes to what a retrain came to. Raises urllib's HTTPError where that may not be."""
    _asked(loop, f"/v1/incidents/{incident}:approve", json.dumps({"by": by}).encode())


def _asked(loop: Loop, path: str, body: bytes | None = None) -> Any:
    headers = {"Authorization": f"Bearer {token_in(loop.admin)}"}
    request = urllib.request.Request(f"{loop.monitor}{path}", body, headers)  # noqa: S310
    with urllib.request.urlopen(request, timeout=10.0) as answer:  # noqa: S310
        return json.load(answer)
