"""Prometheus and Alertmanager on this machine, watching what serves here."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from mooring.cli.http import status_of
from mooring.cli.stack import Ports
from mooring.cli.workspace import Workspace
from mooring.observability.alertmanager import server as alertmanager
from mooring.observability.alertmanager.destinations import LOCAL, Destinations
from mooring.observability.alertmanager.files import texts as alertmanager_texts
from mooring.observability.documents import yaml_text
from mooring.observability.prometheus import config as jobs
from mooring.observability.prometheus import server as prometheus
from mooring.observability.prometheus.client import PrometheusClient
from mooring.observability.prometheus.config import Job, Scrape
from mooring.observability.rule import Alert, Group
from mooring.observability.rules.documents import group_document
from mooring.observability.rules.every import groups, promised
from mooring.observability.rules.files import file_of
from mooring.process.children import Processes
from mooring.process.ports import LOOPBACK, is_open, require_free

# Short enough to watch a request arrive, long enough for a busy machine to answer.
INTERVAL = "5s"

_BOOT_SECONDS = 60.0
# Prometheus hands new targets over every five seconds, and then spreads the first scrapes.
_TARGETS_SECONDS = 30.0
_POLL_SECONDS = 0.2


@dataclass(frozen=True)
class Observers:
    """Where those who watch listen."""

    prometheus: int = 9090
    alertmanager: int = 9093


@dataclass(frozen=True)
class Watched:
    """What is watched: ports of this machine, and the addresses of the model services."""

    gateway: int
    metrics: int
    services: tuple[str, ...]
    monitor: int

    @property
    def serves(self) -> bool:
        """Whether there is a gateway."""
        return is_open(self.gateway)


@dataclass(frozen=True)
class Observatory:
    """What was started, and which of its targets answered."""

    prometheus: str
    alertmanager: str
    targets: Mapping[str, str]


def watched(space: Workspace, ports: Ports, service: int | None, monitor: int) -> Watched:
    """What runs here: services are those that the newest routing document names, if there is one,
    else one at `service`.
    """
    found = () if service else _routed(space)
    services = found or (f"{LOOPBACK}:{service or ports.service}",)
    return Watched(ports.gateway, ports.metrics, services, monitor)


def start(
    processes: Processes,
    space: Workspace,
    over: Watched,
    at: Observers,
    told: Destinations = LOCAL,
    *,
    forgets: bool = False,
) -> Observatory:
    """Start both, and wait until they answer and have looked at everything once. `told` says who
    hears of alerts; with `forgets` an alert is over as soon as its cause is.

    Raises ProgramMissing or PortInUse before anything is started, ProcessFailed when one of them
    does not come up.
    """
    folder, began, asked = folder_in(space), time.time(), scrape(over, at)
    commands = _commands(folder, at)
    for port in vars(at).values():
        require_free(port)
    _write(folder, asked, told, forgets=forgets)
    urls = {name: f"http://{LOOPBACK}:{port}" for name, port in vars(at).items()}
    for name, command in commands.items():
        child = processes.start(name, command, {})
        processes.wait_until(child, partial(_is_ready, urls[name]), _BOOT_SECONDS)
    client = PrometheusClient(urls["prometheus"])
    return Observatory(**urls, targets=_until_seen(client, asked, began))


def _commands(folder: Path, at: Observers) -> dict[str, list[str]]:
    """By name, in the order in which they are started."""
    config, data = folder / "prometheus/prometheus.yml", folder / "data/prometheus"
    # What was sent before it knew of Alertmanager is lost, and by itself sent again after a minute.
    soon = f"--rules.alert.resend-delay={INTERVAL}"
    told, kept = folder / "alertmanager/alertmanager.yml", folder / "data/alertmanager"
    return {
        "prometheus": [*prometheus.command(config, data, at.prometheus), soon],
        "alertmanager": alertmanager.command(told, kept, at.alertmanager),
    }


def _is_ready(url: str) -> bool:
    return status_of(f"{url}/-/ready") == 200


def folder_in(space: Workspace) -> Path:
    """Where all of it lies."""
    return space.home / "obs"


def _write(folder: Path, asked: Scrape, told: Destinations, *, forgets: bool) -> None:
    """The configuration of this run; what an earlier one left is not read again."""
    for name in ("prometheus", "alertmanager"):
        shutil.rmtree(folder / name, ignore_errors=True)
    found = {f"alertmanager/{name}": text for name, text in alertmanager_texts(told).items()}
    found |= {f"prometheus/rules/{name}": text for name, text in _rules(forgets=forgets).items()}
    found["prometheus/prometheus.yml"] = yaml_text(jobs.config(asked))
    for name, text in found.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def _rules(*, forgets: bool) -> dict[str, str]:
    """The rules as they are shipped, evaluated as often as is scraped: nobody waits to see one."""
    links = promised().links
    found = [_forgetful(group) for group in groups()] if forgets else groups()
    quick = [replace(group, interval=INTERVAL) for group in found]
    return {
        file_of(group): yaml_text({"groups": [group_document(group, links)]}) for group in quick
    }


def _forgetful(group: Group) -> Group:
    rules = [replace(r, keep="0s") if isinstance(r, Alert) else r for r in group.rules]
    return replace(group, rules=tuple(rules))


def scrape(over: Watched, at: Observers) -> Scrape:
    """Who is asked. A monitor that is not there is no fault as long as nobody has started one."""
    monitor = (Job(jobs.MONITOR, (f"{LOOPBACK}:{over.monitor}",)),) if is_open(over.monitor) else ()
    found = (
        Job(jobs.GATEWAY, (f"{LOOPBACK}:{over.metrics}",)),
        Job(jobs.SERVICE, over.services),
        *monitor,
        Job(jobs.PROMETHEUS, (f"{LOOPBACK}:{at.prometheus}",)),
        Job(jobs.ALERTMANAGER, (f"{LOOPBACK}:{at.alertmanager}",)),
    )
    return Scrape(found, f"{LOOPBACK}:{at.alertmanager}", INTERVAL)


def _until_seen(client: PrometheusClient, asked: Scrape, began: float) -> dict[str, str]:
    """The state of each target, when those that listen are up or patience ends."""
    deadline = time.monotonic() + _TARGETS_SECONDS
    listening = [
        f"{job.name} {target}"
        for job in asked.jobs
        for target in job.targets
        if is_open(int(target.rpartition(":")[2]))
    ]
    while True:
        found = _states(client, began)
        seen = len(found) == sum(len(job.targets) for job in asked.jobs)
        if (seen and all(found.get(name) for name in listening)) or time.monotonic() > deadline:
            return {name: "up" if up else "down" for name, up in sorted(found.items())}
        time.sleep(_POLL_SECONDS)


def _states(client: PrometheusClient, began: float) -> dict[str, bool]:
    """Which targets answered in this run: what an earlier one saw is remembered for minutes."""
    fresh = client.query(f"up and timestamp(up) >= {began:.3f}")
    return {f"{s.labels['job']} {s.labels['instance']}": s.last == 1 for s in fresh}


def _routed(space: Workspace) -> tuple[str, ...]:
    """The model services of this machine by the routing document that was written last."""
    documents = [space.home / "demo/routing.json", space.routing]
    there = sorted((p for p in documents if p.exists()), key=lambda path: path.stat().st_mtime)
    return _services(there[-1]) if there else ()


def _services(routing: Path) -> tuple[str, ...]:
    try:
        models = json.loads(routing.read_bytes())["models"].values()
        roles = [role for model in models for role in model.values() if "urls" in role]
        urls = [urlsplit(url) for role in roles for url in role["urls"]]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return ()
    return tuple(dict.fromkeys(url.netloc for url in urls if url.hostname == LOOPBACK))
