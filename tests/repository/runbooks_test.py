"""Alert, runbook and panel lead to each other, and what a runbook tells one to type exists."""

from __future__ import annotations

import re
import shlex
from typing import Any

import pytest
import typer

from mooring.cli.app import app
from mooring.observability.rule import Action, Alert, Severity
from mooring.observability.rules.documents import runbook_path
from mooring.observability.rules.every import alerts
from tests.repository.tracked import ROOT

FOLDER = ROOT / "docs" / "runbooks"
ALERTS = alerts()
HEADINGS = ["What it means", "Confirm", "What to do", "Undo"]

SEVERITIES: dict[Severity, str] = {
    "page": "It wakes somebody",
    "ticket": "For the next working day",
    "info": "To be read, not to be acted on at once",
}
ACTIONS: dict[Action, str] = {
    "retrain": "the monitor is asked to retrain",
    "block": "retraining is held back",
    "none": "nothing happens by itself",
}

_COMMAND = re.compile(r"`\./mooring ([^`]+)`")
_LINK = re.compile(r"\]\(([^)#]+)(?:#[^)]*)?\)")


def text_of(alert: Alert) -> str:
    """An alert's runbook."""
    return (ROOT / runbook_path(alert)).read_text(encoding="utf-8")


def test_each_alert_has_a_runbook_and_each_runbook_an_alert() -> None:
    assert sorted(path.stem for path in FOLDER.iterdir()) == sorted(a.name for a in ALERTS)


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert.name)
def test_a_runbook_says_what_it_means_how_to_confirm_what_to_do_and_how_to_undo(
    alert: Alert,
) -> None:
    text = text_of(alert)

    assert text.startswith(f"# {alert.name}\n")
    assert re.findall(r"^## (.+)$", text, re.M) == HEADINGS
    assert "```promql\n" in text
    assert f"*{alert.panel}* of the board `{alert.board}`" in text


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert.name)
def test_a_runbook_says_how_urgent_it_is_and_what_happens_by_itself(alert: Alert) -> None:
    line = text_of(alert).splitlines()[2]

    assert line.startswith(f"{SEVERITIES[alert.severity]}; {ACTIONS[alert.action]}.")
    assert ("Planned:" in line) == alert.planned


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert.name)
def test_commands_and_links_of_a_runbook_are_there(alert: Alert) -> None:
    text = text_of(alert)
    links = [link for link in _LINK.findall(text) if "://" not in link]

    assert [line for line in _COMMAND.findall(text) if unknown(line)] == []
    assert [link for link in links if not (FOLDER / link).exists()] == []


def test_a_command_that_is_not_there_would_be_found() -> None:
    assert unknown("rollbakc flight_delay")
    assert unknown("rollback flight_delay --because x")
    assert unknown("gateway keyz list")
    assert not unknown('rollback <model> --to N --reason "errors" --commit')


def unknown(line: str) -> bool:
    """Whether the command, one of its groups, or one of its options does not exist."""
    command: Any = typer.main.get_command(app)
    words = shlex.split(line)
    while (verbs := getattr(command, "commands", None)) and words and words[0][0] != "-":
        if words[0] not in verbs:
            return True
        command = verbs[words.pop(0)]
    known = {option for parameter in command.params for option in parameter.opts}
    return any(word.startswith("--") and word not in known for word in words)
