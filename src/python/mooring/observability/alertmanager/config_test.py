"""The configuration as Alertmanager's own tool reads it, and where each alert goes."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import yaml

from mooring.observability.alertmanager.config import config
from mooring.observability.alertmanager.destinations import LOCAL, SHIPPED, Destinations
from mooring.observability.alertmanager.files import files, texts
from mooring.observability.alertmanager.inhibition import CAUSES, Cause, family, inhibitions
from mooring.observability.programs import AMTOOL
from mooring.observability.rules.every import alerts
from mooring.observability.testing.alertmanager import ALERTS, alert
from mooring.observability.testing.programs import path_or_skip


def write(folder: Path, destinations: Destinations) -> Path:
    for name, text in texts(destinations).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder / "alertmanager.yml"


def amtool(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [path_or_skip(AMTOOL), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "destinations",
    [
        pytest.param(SHIPPED, id="the one that is shipped"),
        pytest.param(LOCAL, id="the one of mooring obs"),
        pytest.param(Destinations(heartbeat_url="https://beat.mooring.example"), id="a heartbeat"),
    ],
)
def test_alertmanager_takes_the_configuration(destinations: Destinations, tmp_path: Path) -> None:
    checked = amtool("check-config", str(write(tmp_path, destinations)))

    assert checked.returncode == 0, checked.stderr
    assert "1 templates" in checked.stdout


def test_alertmanagers_tool_sees_a_template_that_is_cut_short(tmp_path: Path) -> None:
    file = write(tmp_path, SHIPPED)
    (tmp_path / "templates/mooring.tmpl").write_text('{{ define "mooring.subject" }}')

    assert amtool("check-config", str(file)).returncode != 0


@pytest.mark.parametrize(
    ("labels", "receivers"),
    [
        pytest.param("alertname=A severity=page action=none", "people", id="a page"),
        pytest.param("alertname=A severity=ticket action=none", "people-tickets", id="a ticket"),
        pytest.param("alertname=A severity=info action=none", "people-readers", id="for readers"),
        pytest.param("alertname=A", "people", id="no severity is taken for a page"),
        pytest.param("alertname=A severity=fatal", "people", id="one that nobody knows too"),
        pytest.param(
            "alertname=A severity=page action=retrain model=m",
            "people,monitor",
            id="a retraining is asked for after people are told",
        ),
        pytest.param(
            "alertname=A severity=ticket action=block model=m",
            "people-tickets,monitor",
            id="the monitor is also told to hold back",
        ),
        pytest.param(
            "alertname=A action=retrain",
            "people,monitor",
            id="no alert reaches the monitor alone",
        ),
        pytest.param("alertname=A severity=ticket action=retrains", "people-tickets", id="a typo"),
        pytest.param(
            "alertname=Watchdog severity=info action=none", "heartbeat", id="the heartbeat"
        ),
    ],
)
def test_where_an_alert_goes(labels: str, receivers: str, tmp_path: Path) -> None:
    file = write(tmp_path, SHIPPED)
    tested = amtool(
        "config",
        "routes",
        "test",
        f"--config.file={file}",
        f"--verify.receivers={receivers}",
        *labels.split(),
    )

    assert tested.returncode == 0, tested.stdout + tested.stderr


def test_every_alert_of_ours_reaches_somebody(tmp_path: Path) -> None:
    known = config(SHIPPED, alerts())
    told = {receiver["name"] for receiver in known["receivers"] if len(receiver) > 1}

    assert {"people", "people-tickets", "people-readers", "monitor"} <= told


def test_no_secret_stands_in_the_files() -> None:
    known = yaml.safe_load(files()["deploy/alertmanager/alertmanager.yml"])
    named = [word for word in _words(known) if word in _SECRET]

    assert named == []
    assert known["global"]["slack_api_url_file"].startswith("/etc/alertmanager/secrets/")


# Members by which Alertmanager takes a secret itself instead of its file.
_SECRET = {
    "smtp_auth_password", "auth_password", "slack_api_url", "api_url", "routing_key",
    "service_key", "credentials", "bearer_token", "password", "api_key", "client_secret",
}  # fmt: skip


def _words(document: object) -> list[str]:
    if isinstance(document, dict):
        return [w for name, value in document.items() for w in [str(name), *_words(value)]]
    if isinstance(document, list):
        return [word for item in document for word in _words(item)]
    return []


def test_of_a_family_the_stronger_silences_the_weaker() -> None:
    rules = inhibitions((*ALERTS, alert("TideBurnWarning", "info"), alert("Other", "info")))
    pairs = [
        (rule["source_matchers"], rule["target_matchers"])
        for rule in rules
        if "TideBurn" in str(rule)
    ]

    assert pairs == [
        (['alertname="TideBurnFast"'], ['alertname="TideBurnSlow"']),
        (['alertname="TideBurnFast"'], ['alertname="TideBurnWarning"']),
        (['alertname="TideBurnSlow"'], ['alertname="TideBurnWarning"']),
    ]


def test_a_family_is_the_name_without_its_strength() -> None:
    assert family("FeatureDriftDetected") == family("FeatureDriftWarning") == "FeatureDrift"
    assert family("Watchdog") == "Watchdog"


@pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: str(cause.alert))
def test_a_cause_silences_alerts_that_exist_and_are_no_more_urgent(cause: Cause) -> None:
    urgency = {alert.name: ("info", "ticket", "page").index(alert.severity) for alert in alerts()}

    assert [name for name in cause.explains if urgency[name] > urgency[cause.alert]] == []


def test_alerts_of_ours_are_of_one_family_where_they_should_be() -> None:
    known = str(inhibitions(alerts()))

    for strong, weak in (("Fast", "Slow"), ("Detected", "Warning")):
        family_of = "GatewayErrorBudgetBurn" if strong == "Fast" else "FeatureDrift"
        assert f"{family_of}{strong}" in known
        assert f"{family_of}{weak}" in known
