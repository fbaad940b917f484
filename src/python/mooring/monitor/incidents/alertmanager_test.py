"""A real Alertmanager, with the configuration that is shipped, calls a real monitor."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from mooring.monitor.incidents.router import Doors, router
from mooring.monitor.incidents.testing.alarms import MODEL
from mooring.monitor.incidents.testing.monitor import Monitor
from mooring.observability.alertmanager.config import config
from mooring.observability.alertmanager.destinations import MONITOR_TOKEN, Destinations, Pace
from mooring.observability.alertmanager.server import command
from mooring.observability.documents import yaml_text
from mooring.observability.programs import ALERTMANAGER
from mooring.observability.testing.alertmanager import (
    ALERTS,
    RunningAlertmanager,
    firing,
    is_ready,
    resolved,
    until,
)
from mooring.observability.testing.inbox import Hooks, Mailbox
from mooring.observability.testing.programs import path_or_skip
from mooring.process.children import Processes
from mooring.process.ports import LOOPBACK, free_port

# It says again every second what lasts.
PACE = Pace("300ms", "300ms", "1s")
PATIENCE_SECONDS = 20.0

DRIFTED = firing(
    "ScoreDriftDetected", MODEL,
    action="retrain", severity="ticket", monitor="score", version="1",
)  # fmt: skip
BROKEN = firing("DataBroken", MODEL, action="block", severity="ticket", kind="unit")


def test_an_alarm_that_is_said_again_and_again_retrains_once_and_never_while_blocked(
    tmp_path: Path,
) -> None:
    path_or_skip(ALERTMANAGER)
    monitor = Monitor(tmp_path)
    with served(monitor) as url, alertmanager(tmp_path, url) as running:
        # Of two that come at once Alertmanager may tell the second first: it inhibits what it has.
        running.post(BROKEN)
        until(lambda: monitor.incidents.blocked(MODEL) == ("DataBroken",))
        running.post(DRIFTED)
        until(lambda: running.suppressed(MODEL) == ["ScoreDriftDetected"])
        assert monitor.newest() is None

        running.post(resolved(BROKEN))
        until(lambda: monitor.newest() is not None)
        assert monitor.incidents.blocked(MODEL) == ()
        until(lambda: decided(monitor, "duplicate") >= 3)

    assert decided(monitor, "started") == 1
    assert len(monitor.incidents.all()) == 1
    assert [job.kind for job in monitor.fake.started] == ["retrain"]


def decided(monitor: Monitor, what: str) -> int:
    """How often it was decided so."""
    return sum(each.decision.decided == what for each in monitor.incidents.decisions())


@contextmanager
def served(monitor: Monitor) -> Iterator[str]:
    """The monitor's hook at an address."""
    secrets = monitor.home / "secrets"
    secrets.mkdir()
    (secrets / MONITOR_TOKEN).write_text("a token of the test")
    app = FastAPI()
    doors = Doors(secrets / MONITOR_TOKEN, secrets / MONITOR_TOKEN)
    app.include_router(router(monitor.incidents, doors, monitor.runner.step))
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, LOOPBACK, port, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        until(lambda: server.started)
        yield f"http://{LOOPBACK}:{port}"
    finally:
        server.should_exit = True
        thread.join()


@contextmanager
def alertmanager(home: Path, monitor: str) -> Iterator[RunningAlertmanager]:
    """One that tells nobody but the monitor."""
    destinations = Destinations(
        mail=None,
        slack_channel=None,
        pagerduty_url=None,
        monitor_url=f"{monitor}/hooks/alertmanager",
        secrets=str(home / "secrets"),
        monitor_pace=PACE,
    )
    (home / "alertmanager.yml").write_text(yaml_text(config(destinations, ALERTS)))
    with Processes(home / "logs") as processes:
        port = free_port()
        started = command(home / "alertmanager.yml", home / "alerts", port)
        child = processes.start("alertmanager", started, {})
        url = f"http://{LOOPBACK}:{port}"
        processes.wait_until(child, lambda: is_ready(url), PATIENCE_SECONDS)
        yield RunningAlertmanager(url, Hooks(0), Mailbox(0))
