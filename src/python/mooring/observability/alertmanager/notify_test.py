"""What people and the monitor get, from a real Alertmanager."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html.parser import HTMLParser

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
HOOK = "/hooks/alertmanager"
ASKS = '"action": "retrain"'
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


class Page(HTMLParser):
    """The tags, the addresses and the words of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: dict[str, str] = {}
        self.words = ""
        self._link = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self._link = dict(attrs).get("href") or self._link

    def handle_data(self, data: str) -> None:
        self.words += data
        if self._link:
            self.links[data] = self._link
            self._link = ""


def test_a_page_is_told_by_mail_with_all_that_one_needs(running: RunningAlertmanager) -> None:
    labels = {"version": "3", "severity": "page", "action": "retrain"}
    fired = firing("ScoreDriftDetected", "barge", **labels, **NOTES)
    running.post(fired)
    told = mail(running, "barge", "Firing")
    text, page = told.part("text/plain"), Page(told.part("text/html"))

    assert told.message["subject"] == "Firing page, barge: The score of barge has drifted"
    assert told.recipients == ["on-call@mooring.example"]
    assert told.credentials == "mooring@mooring.example:open sesame"
    for shown in (text, page.words):
        assert "The score of barge has drifted" in shown
        assert "model barge version 3" in shown
        assert "PSI is 0.275 where 0.121 is critical." in shown
        assert "The monitor may start a retraining by itself" in shown
    assert f"Runbook: {RUNBOOK}" in text
    assert f"Dashboard: {DASHBOARD}" in text
    assert page.links["Runbook"] == RUNBOOK
    assert page.links["Dashboard"] == DASHBOARD

    running.post(resolved(fired))
    over = mail(running, "barge", "Resolved")

    assert over.message["subject"] == "Resolved page, barge: The score of barge has drifted"
    assert "RESOLVED: The score of barge has drifted" in over.part("text/plain")
    assert "until 20" in over.part("text/plain")
    assert "What to do" not in over.part("text/html")


def test_slack_shows_the_same_in_its_markup(running: RunningAlertmanager) -> None:
    labels = {"version": "3", "severity": "ticket", "action": "block"}
    fired = firing("PredictionSchemaViolations", "dinghy", **labels, **NOTES)
    running.post(fired)
    body = call(running, "/slack", "dinghy").body
    (told,) = body["attachments"]

    assert body["channel"] == "#mooring"
    assert told["color"] == "warning"
    assert told["title"] == "Firing ticket, dinghy: The score of barge has drifted"
    assert told["fallback"] == told["title"]
    lines = told["text"].splitlines()
    assert lines[0] == ":rotating_light: *The score of barge has drifted*"
    assert lines[1].startswith("PredictionSchemaViolations, model dinghy version 3, ticket, since")
    assert lines[2] == "PSI is 0.275 where 0.121 is critical."
    assert lines[3] == (
        "What to do: Retraining is held back until this is over. Mend the data first."
    )
    assert lines[4] == f"<{RUNBOOK}|Runbook>"
    assert lines[5] == f"<{DASHBOARD.replace('&', '&amp;')}|Dashboard>"

    running.post(resolved(fired))
    (over,) = call(running, "/slack", "dinghy", "Resolved").body["attachments"]

    assert over["color"] == "good"
    assert over["text"].startswith(":white_check_mark: Resolved: *The score of barge has drifted*")


def test_pagerduty_opens_an_incident_and_closes_it(running: RunningAlertmanager) -> None:
    labels = {"version": "3", "severity": "page", "action": "none"}
    fired = firing("RetrainStorm", "ketch", **labels, **NOTES)
    running.post(fired)
    opened = call(running, "/pagerduty", "ketch", "trigger").body
    running.post(resolved(fired))
    closed = call(running, "/pagerduty", "ketch", "resolve").body

    payload = opened["payload"]
    assert opened["routing_key"] == "a key of the test"
    assert opened["dedup_key"] == closed["dedup_key"]
    assert payload["summary"] == "Firing page, ketch: The score of barge has drifted"
    assert (payload["class"], payload["component"]) == ("RetrainStorm", "ketch")
    assert payload["custom_details"]["version"] == "3"
    assert "Nothing happens by itself. Follow the runbook." in payload["custom_details"]["firing"]
    assert {link["text"]: link["href"] for link in opened["links"]} == {
        "Runbook": RUNBOOK,
        "Dashboard": DASHBOARD,
    }


def test_the_monitor_shows_its_secret_and_is_told_the_end_too(running: RunningAlertmanager) -> None:
    fired = firing("ScoreDriftDetected", "lugger", severity="ticket", action="retrain")
    running.post(fired)
    asked = call(running, HOOK, "lugger", "firing")
    running.post(resolved(fired))
    over = call(running, HOOK, "lugger", "resolved")

    assert asked.headers["authorization"] == "Bearer a token of the test"
    assert asked.body["groupLabels"] == {"model": "lugger", "action": "retrain"}
    assert over.body["groupKey"] == asked.body["groupKey"]
    assert running.mails("lugger"), "people are told as well"


def test_all_of_one_model_is_one_message_and_each_model_has_its_own(
    running: RunningAlertmanager,
) -> None:
    running.post(
        firing("LabelsStale", "sloop", severity="ticket"),
        firing("ModelTooOld", "sloop", severity="ticket"),
        firing("LabelsStale", "yawl", severity="ticket"),
    )
    both = mail(running, "sloop", "Firing").part("text/plain")
    other = mail(running, "yawl", "Firing").part("text/plain")

    assert "2 firing, 0 resolved" in both
    assert "LabelsStale, model sloop" in both
    assert "ModelTooOld, model sloop" in both
    assert "sloop" not in other
    assert len(running.mails("sloop")) == 1


def test_broken_data_hold_a_retraining_back_until_they_are_mended(
    running: RunningAlertmanager,
) -> None:
    broken = firing("PredictionSchemaViolations", "galley", severity="ticket", action="block")
    running.post(broken)
    running.post(
        firing("ScoreDriftDetected", "galley", severity="ticket", action="retrain"),
        firing("ScoreDriftDetected", "brig", severity="ticket", action="retrain"),
    )
    call(running, HOOK, "brig", ASKS)
    call(running, HOOK, "galley", '"action": "block"')
    until(lambda: running.suppressed("galley") == ["ScoreDriftDetected"])

    assert running.suppressed("brig") == []
    assert "ScoreDriftDetected" not in json.dumps([c.body for c in running.calls(HOOK, "galley")])

    running.post(resolved(broken))
    assert call(running, HOOK, "galley", ASKS)


def test_the_stronger_of_two_alerts_silences_the_weaker_of_its_model(
    running: RunningAlertmanager,
) -> None:
    running.post(
        firing("TideBurnFast", "cutter", severity="page"),
        firing("TideBurnSlow", "cutter", severity="ticket"),
        firing("TideBurnSlow", "schooner", severity="ticket"),
    )
    until(lambda: running.suppressed("cutter") == ["TideBurnSlow"])

    assert mail(running, "schooner", "Firing")
    assert running.suppressed("schooner") == []


def test_what_follows_from_a_service_that_is_down_is_not_told(
    running: RunningAlertmanager,
) -> None:
    # No label of a model: the services of all models are down.
    down = firing("ModelServiceDown", "", severity="page")
    running.post(down)
    running.post(
        firing("GatewayErrorBudgetBurnFast", "", severity="page", slo="availability"),
        firing("ModelNotReady", "frigate", severity="page"),
        firing("LabelsStale", "frigate", severity="ticket"),
    )
    until(lambda: running.suppressed("frigate") == ["ModelNotReady"])
    until(lambda: running.suppressed("") == ["GatewayErrorBudgetBurnFast"])

    assert "LabelsStale" in mail(running, "frigate", "Firing").part("text/plain")
    running.post(resolved(down))
    until(lambda: running.suppressed("frigate") == [])


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("<script>alert(1)</script><img src=x onerror=alert(1)>", id="markup of HTML"),
        pytest.param("<!channel> <https://evil.example|Runbook> &amp;", id="markup of Slack"),
        pytest.param("a\r\nBcc: eve@evil.example\n\n.\r\nQUIT\r\n", id="lines of mail"),
        pytest.param("{{ .ExternalURL }} ${x} \\1 \" '", id="markup of templates"),
        pytest.param("x" * 3_000, id="a long text"),
    ],
)
def test_what_comes_from_outside_does_no_harm(
    text: str, running: RunningAlertmanager, request: pytest.FixtureRequest
) -> None:
    model = f"raft-{abs(hash(request.node.name))}"
    notes = {"note_summary": text, "note_description": text, "note_dashboard_url": text}
    notes["note_runbook_url"] = f"javascript:{text}"
    running.post(firing("A", model, severity="page", version=text, feature=text, **notes))
    told = mail(running, model, "Firing")
    page = Page(told.part("text/html"))
    (slack,) = call(running, "/slack", model).body["attachments"]
    paged = call(running, "/pagerduty", model).body

    assert told.recipients == ["on-call@mooring.example"]
    assert told.message["bcc"] is None
    assert "\n" not in told.message["subject"]
    assert not page.tags & {"script", "img"}
    assert page.attributes <= {"lang", "charset", "style", "href"}
    assert list(page.links) == ["All alerts"]
    assert " ".join(text.split()) in " ".join(page.words.split())
    assert "<" not in slack["title"] + slack["text"]
    assert slack["text"].count("\n") == 7, "values make no lines"
    assert "links" not in paged


def test_a_link_with_quotes_and_bars_stays_one_link(running: RunningAlertmanager) -> None:
    address = 'https://grafana.mooring.example/d/x?var-model=a"><b>|c d&e'
    running.post(firing("A", "wherry", severity="page", note_dashboard_url=address))
    page = Page(mail(running, "wherry", "Firing").part("text/html"))
    (slack,) = call(running, "/slack", "wherry").body["attachments"]

    assert page.links["Dashboard"].startswith("https://grafana.mooring.example/d/x?var-model=a")
    assert "b" not in page.tags
    assert '<https://grafana.mooring.example/d/x?var-model=a"bcd&amp;e|Dashboard>' in slack["text"]
