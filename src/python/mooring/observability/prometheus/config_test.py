"""The configuration as Prometheus' own tool reads it, and its guards at work."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from mooring.observability.documents import yaml_text
from mooring.observability.programs import PROMETHEUS, PROMTOOL
from mooring.observability.prometheus.client import PrometheusClient
from mooring.observability.prometheus.config import (
    GATEWAY,
    MONITOR,
    MOST_LABELS,
    MOST_SAMPLES,
    SERVICE,
    SHIPPED,
    Job,
    Scrape,
    config,
)
from mooring.observability.prometheus.files import files
from mooring.observability.prometheus.server import started
from mooring.observability.testing.programs import path_or_skip
from mooring.process.ports import LOOPBACK
from mooring.telemetry.catalogue import CATALOGUE

PATIENCE_SECONDS = 30.0


def check(folder: Path, text: str) -> subprocess.CompletedProcess[str]:
    (folder / "rules").mkdir()
    (folder / "prometheus.yml").write_text(text)
    command = [path_or_skip(PROMTOOL), "check", "config", str(folder / "prometheus.yml")]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(files()["deploy/prometheus/prometheus.yml"], id="the one that is shipped"),
        pytest.param(
            yaml_text(config(Scrape((Job(GATEWAY, ("127.0.0.1:9464",)),), "a:9093", "5s"))),
            id="one with targets of its own",
        ),
    ],
)
def test_prometheus_takes_the_configuration(text: str, tmp_path: Path) -> None:
    checked = check(tmp_path, text)

    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_its_tool_sees_a_scrape_that_would_outlast_its_interval(tmp_path: Path) -> None:
    text = yaml_text(config(Scrape((Job(GATEWAY),), "a:9093", "5s"))).replace(
        "scrape_timeout: 5s", "scrape_timeout: 10s"
    )

    assert "timeout greater" in check(tmp_path, text).stderr


def test_the_jobs_are_those_that_panels_and_rules_name() -> None:
    names = [job["job_name"] for job in config(SHIPPED)["scrape_configs"]]

    assert names == [GATEWAY, SERVICE, MONITOR, "prometheus", "alertmanager"]


def test_no_metric_of_the_catalogue_is_beyond_the_guards() -> None:
    # Its name, and `le` of its buckets; job and instance.
    widest = max(len(metric.labels) for metric in CATALOGUE) + 4

    assert widest <= MOST_LABELS


@contextmanager
def exposing(text: str) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/plain; version=0.0.4")
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer((LOOPBACK, 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"{LOOPBACK}:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < end, "what the test waits for never happened"
        time.sleep(0.05)


WILD = "".join(f'mooring_wild{{id="{number}"}} 1\n' for number in range(MOST_SAMPLES + 1))
LONG = f'mooring_wild{{id="{"x" * 300}"}} 1\n'


@pytest.fixture(scope="module")
def scraping(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrometheusClient]:
    path_or_skip(PROMETHEUS)
    folder = tmp_path_factory.mktemp("prometheus")
    with (
        exposing("mooring_known 1\nbentoml_request 1\npython_info 1\n") as sound,
        exposing(WILD) as wild,
        exposing(LONG) as long,
    ):
        jobs = (Job(GATEWAY, (sound,)), Job(SERVICE, (wild,)), Job(MONITOR, (long,)))
        text = yaml_text(config(Scrape(jobs, "127.0.0.1:9", "1s")))
        with started(folder, text, folder / "data") as client:
            yield client


def test_what_is_not_ours_is_dropped(scraping: PrometheusClient) -> None:
    until(lambda: len(scraping.query("up")) == 3 and bool(scraping.query("mooring_known")))
    names = scraping.label_values("__name__", f'{{job="{GATEWAY}"}}')

    assert {"mooring_known", "python_info"} <= set(names)
    assert "bentoml_request" not in names


@pytest.mark.parametrize(
    "job",
    [
        pytest.param(SERVICE, id="more series than any target has"),
        pytest.param(MONITOR, id="a value longer than any label has"),
    ],
)
def test_a_target_that_runs_wild_is_not_taken(job: str, scraping: PrometheusClient) -> None:
    until(lambda: [s.last for s in scraping.query(f'up{{job="{job}"}}')] == [0.0])

    assert scraping.query(f'mooring_wild{{job="{job}"}}') == ()
