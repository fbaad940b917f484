"""What people and the monitor get, from a real Alertmanager."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from mooring.observability.programs import ALERTMANAGER
from mooring.observability.testing.alertmanager import (
    RunningAlertmanager,
    alertmanager,
    firing,
    resolved,
    until,
)
from mooring.observability.testing.inbox import Call, Mail
from mooring.observability.testing.programs import path_or_skip

RUNBOOK = "https://docs.mooring.example/runbooks/ScoreDriftDetected.md"
DASHBOARD = "https://grafana.mooring.example/d/mooring-drift?var-model=barge&viewPanel=7"
NOTES = {
    "note_summary": "The score of barge has drifted",
    "note_description": "PSI is 0.275 where 0.121 is critical.",
    "note_runbook_url": RUNBOOK,
    "note_dashboard_url": DASHBOARD,
}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningAlertmanager]:
    path_or_skip(ALERTMANAGER)
    with alertmanager(tmp_path_factory.mktemp("alertmanager")) as started:
        yield started


def mail(running: RunningAlertmanager, model: str, subject: str) -> Mail:
    """The first mail about a model whose subject holds this."""
    return until(lambda: [m for m in running.mails(model) if subject in m.message["subject"]])[0]


def call(running: RunningAlertmanager, path: str, model: str, holds: str = "") -> Call:
    """The first call of a hook about a model whose body holds this."""
    return until(lambda: [c for c in running.calls(path, model) if holds in json.dumps(c.body)])[0]


def test_a_page_is_told_by_mail_with_all_that_one_needs(running: RunningAlertmanager) -> None:
    fired = firing(
        "ScoreDriftDetected", "barge", version="3", severity="page", action="retrain", **NOTES
    )
    running.post(fired)
    told = mail(running, "barge", "Firing")
    text, page = told.part("text/plain"), told.part("text/html")

    assert told.message["subject"] == "Firing page, barge: The score of barge has drifted"
    assert told.recipients == ["on-call@mooring.example"]
    assert told.credentials == "mooring@mooring.example:open sesame"
    for shown in (text, page):
        assert "The score of barge has drifted" in shown
        assert "model barge version 3" in shown
        assert "PSI is 0.275 where 0.121 is critical." in shown
        assert "The monitor may start a retraining by itself" in shown
    assert f"Runbook: {RUNBOOK}" in text
    assert f"Dashboard: {DASHBOARD}" in text
    assert f'<a href="{RUNBOOK}">Runbook</a>' in page
    assert f'<a href="{DASHBOARD.replace("&", "&amp;")}">Dashboard</a>' in page
    assert "\n\n\n" not in text.replace("\r", "")

    running.post(resolved(fired))
    over = mail(running, "barge", "Resolved")

    assert "RESOLVED: The score of barge has drifted" in over.part("text/plain")
    assert "until 20" in over.part("text/plain")
    assert "What to do" not in over.part("text/html")


def test_x(running: RunningAlertmanager) -> None:
    fired = firing(
        "ScoreDriftDetected", "sloop", version="3", severity="page", action="retrain", **NOTES
    )
    more = firing("Other", "sloop", severity="page", feature="wind", action="block", **NOTES)
    running.post(fired, more)
    told = mail(running, "sloop", "Firing")
    print(told.part("text/plain"), told.part("text/html"))
    for path in ("/slack", "/pagerduty", "/hooks/alertmanager"):
        print(json.dumps(call(running, path, "sloop").body, indent=1), call(running, path, "sloop").headers)
    assert 0
