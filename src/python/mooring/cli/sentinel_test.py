"""The rules that ask for a retrain, evaluated without Prometheus as it evaluates them."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from mooring.cli.sentinel import Rule, Sentinel, retraining_rules
from mooring.monitor.incidents.payload import parse_group

OF = 'model="flight_delay",version="4",monitor="{}"'


def exposed(score: float, labels: float = 0.0, threshold: float = 1.6) -> str:
    lines = []
    for monitor, evidence in (("score", score), ("labels", labels)):
        of = OF.format(monitor)
        lines.append(f"mooring_drift_evidence_log10{{{of}}} {evidence}")
        lines.append(f"mooring_drift_threshold_log10{{{of}}} {threshold}")
    return "\n".join(lines) + "\n"


def samples(exposition: str) -> list[Sample]:
    return [s for f in text_string_to_metric_families(exposition) for s in f.samples]


@dataclass
class Monitor:
    """A server that exposes what it is given, and records what is posted."""

    exposition: str = ""
    posted: list[tuple[str, Any]] = field(default_factory=list)


@pytest.fixture
def monitor() -> Iterator[tuple[Monitor, str]]:
    state = Monitor()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(state.exposition.encode())

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            state.posted.append((self.headers["Authorization"], body))
            self._answer(b"{}")

        def _answer(self, body: bytes) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield state, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_every_rule_that_asks_for_a_retrain_is_known() -> None:
    assert [rule.alert.name for rule in retraining_rules()] == [
        "ScoreDriftDetected", "LabelDriftDetected",
    ]  # fmt: skip


def test_a_rule_of_another_form_is_refused_by_its_name() -> None:
    alert = replace(retraining_rules()[0].alert, expr="up == 0")
    with pytest.raises(ValueError, match="ScoreDriftDetected"):
        Rule.of(alert)


@pytest.mark.parametrize(
    ("score", "labels", "names"),
    [
        pytest.param(1.5, 0.0, [], id="below the threshold"),
        pytest.param(1.6, 0.0, ["ScoreDriftDetected"], id="at the threshold"),
        pytest.param(0.0, 9.0, ["LabelDriftDetected"], id="the labels alone"),
        pytest.param(2.0, 2.0, ["ScoreDriftDetected", "LabelDriftDetected"], id="both"),
    ],
)
def test_what_reaches_its_threshold_fires(score: float, labels: float, names: list[str]) -> None:
    found = samples(exposed(score, labels))
    assert [rule.alert.name for rule in retraining_rules() if rule.firing(found)] == names


def test_the_webhook_hears_what_fires_and_once_that_it_is_over(
    monitor: tuple[Monitor, str],
) -> None:
    state, url = monitor
    sentinel = Sentinel(url, "secret")
    for score in (0.0, 2.0, 2.0, 0.0, 0.0):
        state.exposition = exposed(score)
        sentinel.look()
    groups = [parse_group(body) for _, body in state.posted]
    assert [a.firing for group in groups for a in group.alarms] == [True, True, False]
    assert {shown for shown, _ in state.posted} == {"Bearer secret"}


def test_what_is_posted_is_what_alertmanager_posts(monitor: tuple[Monitor, str]) -> None:
    state, url = monitor
    state.exposition = exposed(2.0)
    sentinel = Sentinel(url, "secret")
    sentinel.look()
    (alarm,) = parse_group(state.posted[0][1]).asking("flight_delay")
    assert (alarm.action, alarm.monitor, alarm.version) == ("retrain", "score", "4")
    again = json.loads(state.posted[0][1])
    sentinel.look()
    # The same alarm since the same moment: the monitor knows it again.
    assert json.loads(state.posted[1][1])["alerts"][0]["startsAt"] == again["alerts"][0]["startsAt"]
