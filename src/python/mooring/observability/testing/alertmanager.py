"""A real Alertmanager whose receivers are servers of the test."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from mooring.observability.alertmanager.config import config
from mooring.observability.alertmanager.destinations import (
    MAIL_PASSWORD,
    MONITOR_TOKEN,
    PAGERDUTY_KEY,
    SLACK_URL,
    Destinations,
    Mail,
    Pace,
)
from mooring.observability.alertmanager.server import command
from mooring.observability.alertmanager.templates import templates
from mooring.observability.documents import yaml_text
from mooring.observability.rule import Alert, Severity
from mooring.observability.testing import inbox
from mooring.process.children import Processes
from mooring.process.ports import LOOPBACK, free_port

T = TypeVar("T")

_PATIENCE_SECONDS = 20.0
# What is posted at once is one group; long enough that what inhibits it can come first.
_QUICK = Pace("500ms", "500ms", "1h")
_PATHS = {"/slack": 200, "/pagerduty": 202, "/hooks/alertmanager": 200}


def alert(name: str, severity: Severity) -> Alert:
    """An alert of which only name and severity matter."""
    return Alert(name, "vector(1)", severity, "none", "", "", "", "")


# Of one family, so that the rules which are made from families can be seen at work.
ALERTS = (alert("TideBurnFast", "page"), alert("TideBurnSlow", "ticket"))


@dataclass(frozen=True)
class RunningAlertmanager:
    """Where alerts go in, and where they come out."""

    url: str
    hooks: inbox.Hooks
    mailbox: inbox.Mailbox

    def post(self, *alerts: dict[str, object]) -> None:
        """Hand alerts in, as Prometheus does."""
        body = json.dumps(alerts).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.url}/api/v2/alerts", body, headers)  # noqa: S310
        urllib.request.urlopen(request, timeout=5).close()  # noqa: S310, an address of the test

    def suppressed(self, model: str) -> list[str]:
        """The alerts of a model that others silence, by name."""
        with urllib.request.urlopen(f"{self.url}/api/v2/alerts", timeout=5) as answer:  # noqa: S310
            known = json.load(answer)
        return sorted(
            a["labels"]["alertname"]
            for a in known
            if a["labels"].get("model", "") == model and a["status"]["inhibitedBy"]
        )

    def mails(self, model: str) -> list[inbox.Mail]:
        """The mails about a model."""
        return [m for m in self.mailbox.mails if model in m.part("text/plain")]

    def calls(self, path: str, model: str) -> list[inbox.Call]:
        """The calls of a hook about a model."""
        return [c for c in self.hooks.at(path) if model in json.dumps(c.body)]


def firing(name: str, model: str, **more: str) -> dict[str, object]:
    """A firing alert: `more` are labels, and annotations where they begin with `note_`."""
    labels = {k: v for k, v in more.items() if not k.startswith("note_")}
    notes = {k.removeprefix("note_"): v for k, v in more.items() if k.startswith("note_")}
    return {
        "labels": {"alertname": name, "model": model, **labels},
        "annotations": notes,
        # Now: a group whose time to wait is over goes out at once, before its kin comes.
        "startsAt": datetime.now(UTC).isoformat(),
    }


def resolved(fired: dict[str, object]) -> dict[str, object]:
    """The same alert, over."""
    return {**fired, "endsAt": datetime.now(UTC).isoformat()}


def until(found: Callable[[], T]) -> T:
    """Ask until something is found."""
    end = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < end:
        if result := found():
            return result
        time.sleep(0.05)
    raise TimeoutError("what the test waits for never happened")


@contextmanager
def alertmanager(home: Path) -> Iterator[RunningAlertmanager]:
    """Run one until the block ends, its files in `home`."""
    with ExitStack() as stack:
        hooks = stack.enter_context(inbox.hooks(_PATHS))
        mailbox = stack.enter_context(inbox.mailbox())
        write(home, hooks, mailbox)
        processes = stack.enter_context(Processes(home / "logs"))
        port = free_port()
        started = command(home / "alertmanager.yml", home / "data", port)
        child = processes.start("alertmanager", started, {})
        url = f"http://{LOOPBACK}:{port}"
        processes.wait_until(child, lambda: is_ready(url), _PATIENCE_SECONDS)
        yield RunningAlertmanager(url, hooks, mailbox)


def write(home: Path, hooks: inbox.Hooks, mailbox: inbox.Mailbox) -> None:
    """Configuration, templates and secrets, as an operator lays them down."""
    secrets = home / "secrets"
    secrets.mkdir()
    (secrets / MAIL_PASSWORD).write_text("open sesame")
    (secrets / SLACK_URL).write_text(f"{hooks.url}/slack\n")
    (secrets / PAGERDUTY_KEY).write_text("a key of the test")
    (secrets / MONITOR_TOKEN).write_text("a token of the test")
    destinations = Destinations(
        mail=Mail(f"{LOOPBACK}:{mailbox.port}", encrypted=False),
        pagerduty_url=f"{hooks.url}/pagerduty",
        monitor_url=f"{hooks.url}/hooks/alertmanager",
        secrets=str(secrets),
        paces={"page": _QUICK, "ticket": _QUICK, "info": _QUICK},
        monitor_pace=_QUICK,
    )
    (home / "templates").mkdir()
    (home / "templates/mooring.tmpl").write_text(templates())
    (home / "alertmanager.yml").write_text(yaml_text(config(destinations, ALERTS)))


def is_ready(url: str) -> bool:
    """Whether the Alertmanager at `url` takes alerts."""
    try:
        with urllib.request.urlopen(f"{url}/-/ready", timeout=1) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except OSError:
        return False
