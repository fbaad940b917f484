"""What a real Prometheus makes of a gateway, of Alertmanager and of itself."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from mooring.gateway.testing import process as gateways
from mooring.gateway.testing.contracts import ROW
from mooring.gateway.testing.gateway import ask, until_ready
from mooring.gateway.testing.upstream import upstream
from mooring.observability.alertmanager.server import command as alertmanager
from mooring.observability.documents import yaml_text
from mooring.observability.programs import ALERTMANAGER, PROMETHEUS
from mooring.observability.prometheus.client import PrometheusClient
from mooring.observability.prometheus.server import start
from mooring.observability.testing.programs import path_or_skip
from mooring.process.children import Processes
from mooring.process.ports import LOOPBACK, free_port
from mooring.telemetry.standard import STANDARD, TARGET_LABELS, External, Origin

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
LATENCY = "mooring_gateway_request_duration_seconds_bucket"

# A scrape a second, on a machine that is busy.
PATIENCE_SECONDS = 60.0

# One is recorded, one fires.
RULES = {
    "groups": [
        {
            "name": "targets",
            "interval": "1s",
            "rules": [
                {"record": "job:up:sum", "expr": "sum by (job) (up)"},
                {"alert": "Up", "expr": "up == 1", "labels": {"severity": "info"}},
                {"alert": "Waits", "expr": "up == 1", "for": "1h"},
            ],
        }
    ]
}


@dataclass(frozen=True)
class Scraped:
    """A Prometheus that scrapes."""

    client: PrometheusClient

    def until(self, expr: str) -> None:
        """Wait until a query has an answer."""
        _until(lambda: bool(self.client.query(expr)), expr)

    def labels(self, name: str) -> set[frozenset[str]]:
        """The sets of labels that the series of a name have, without those of their target."""
        series = self.client.query(f'{{__name__="{name}"}}')
        return {frozenset(each.labels) - {"__name__", *TARGET_LABELS} for each in series}

    def exemplars(self, expr: str) -> list[dict[str, Any]]:
        """Exemplars of the last minutes."""
        now = time.time()
        asked = urlencode({"query": expr, "start": now - 300, "end": now + 5})
        url = f"{self.client.url}/api/v1/query_exemplars?{asked}"
        with urllib.request.urlopen(url, timeout=20) as answer:
            found: list[dict[str, Any]] = json.load(answer)["data"]
        return [exemplar for series in found for exemplar in series["exemplars"]]


@pytest.fixture(scope="module")
def scraped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scraped]:
    for program in (PROMETHEUS, ALERTMANAGER):
        path_or_skip(program)
    folder = tmp_path_factory.mktemp("scraped")
    with ExitStack() as stack:
        processes = stack.enter_context(Processes(folder / "logs"))
        told = _alertmanager(processes, folder)
        fake = stack.enter_context(upstream())
        url = f"http://{LOOPBACK}:{fake.port}"
        gateway = stack.enter_context(gateways.running(folder, url))
        until_ready(gateway.port)
        _predict(gateway.port)
        (folder / "rules.yaml").write_text(yaml_text(RULES))
        own = free_port()
        targets = {"gateway": gateway.metrics_port, "alertmanager": told, "prometheus": own}
        config = folder / "prometheus.yml"
        config.write_text(_config(folder / "rules.yaml", targets, told))
        start(processes, config, folder / "data", own)
        yield Scraped(PrometheusClient(f"http://{LOOPBACK}:{own}"))


def _predict(port: int) -> None:
    headers = {
        "Content-Type": "application/json",
        "traceparent": f"00-{TRACE}-00f067aa0ba902b7-01",
    }
    body = json.dumps({"instances": [ROW]})
    answer = ask(port, "POST", "/v1/models/voyage_delay:predict", body, headers)
    assert answer.status == 200, answer.body


def _alertmanager(processes: Processes, folder: Path) -> int:
    config, port = folder / "alertmanager.yml", free_port()
    config.write_text(yaml_text({"route": {"receiver": "none"}, "receivers": [{"name": "none"}]}))
    processes.start("alertmanager", alertmanager(config, folder / "alerts", port), {})
    return port


def _config(rules: Path, targets: dict[str, int], told: int) -> str:
    return yaml_text(
        {
            "global": {"scrape_interval": "1s", "scrape_timeout": "1s"},
            "rule_files": [str(rules)],
            "alerting": {"alertmanagers": [{"static_configs": [_at(told)]}]},
            "scrape_configs": [
                {"job_name": name, "static_configs": [_at(port)]} for name, port in targets.items()
            ],
        }
    )


def _at(port: int) -> dict[str, list[str]]:
    return {"targets": [f"{LOOPBACK}:{port}"]}


def _until(done: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not done():
        assert time.monotonic() < deadline, f"never: {what}"
        time.sleep(0.1)


def test_the_trace_of_a_request_is_found_by_its_latency(scraped: Scraped) -> None:
    scraped.until(f"{LATENCY} > 0")
    _until(lambda: bool(scraped.exemplars(LATENCY)), "exemplars")
    found = {exemplar["labels"]["trace_id"] for exemplar in scraped.exemplars(LATENCY)}
    assert found == {TRACE}


def _of(*origins: Origin) -> list[External]:
    return [metric for metric in STANDARD if metric.origin in origins]


@pytest.mark.parametrize(
    "metric", _of("scrape", "prometheus", "alertmanager"), ids=lambda m: m.name
)
def test_a_metric_of_others_has_the_labels_that_are_said_of_it(
    scraped: Scraped, metric: External
) -> None:
    name = f"{metric.name}_count" if metric.kind in ("histogram", "summary") else metric.name
    scraped.until(name)
    assert scraped.labels(name) == {frozenset(metric.label_names)}


@pytest.mark.parametrize("metric", _of("rule"), ids=lambda m: m.name)
def test_an_alert_has_labels_that_are_said_of_alerts(scraped: Scraped, metric: External) -> None:
    scraped.until(metric.name)
    for labels in scraped.labels(metric.name):
        assert {"alertname"} <= labels <= set(metric.label_names)
