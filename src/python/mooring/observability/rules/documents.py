"""Groups as Prometheus reads them, and how an alert is written down."""

from __future__ import annotations

from typing import Any

from mooring.contract.errors import MooringError
from mooring.observability.boards.every import BOARDS
from mooring.observability.grafana.ids import panel_id, panel_named
from mooring.observability.rule import Alert, Group, Recorded
from mooring.observability.rules.objectives import Links


class UnknownPanel(MooringError):
    """An alert leads to a panel that is not there."""


Document = dict[str, Any]


def group_document(group: Group, links: Links) -> Document:
    """One group; its members have the order in which Prometheus documents them."""
    rules = [rule_document(rule, links) for rule in group.rules]
    return {"name": group.name, "interval": group.interval, "rules": rules}


def rule_document(rule: Recorded | Alert, links: Links) -> Document:
    """One rule."""
    return _alert(rule, links) if isinstance(rule, Alert) else _recorded(rule)


def runbook_path(alert: Alert) -> str:
    """Where an alert's runbook lies, from the root of the repository."""
    return f"docs/runbooks/{alert.name}.md"


def _recorded(rule: Recorded) -> Document:
    labels = {"labels": dict(rule.labels)} if rule.labels else {}
    return {"record": rule.name, "expr": rule.expr, **labels}


def _alert(alert: Alert, links: Links) -> Document:
    times = {"for": alert.wait, "keep_firing_for": alert.keep}
    return {
        "alert": alert.name,
        "expr": alert.expr,
        **{name: time for name, time in times.items() if time != "0s"},
        "labels": {"severity": alert.severity, "action": alert.action},
        "annotations": {
            "summary": alert.summary,
            "description": alert.description,
            "runbook_url": f"{links.runbooks}/{alert.name}.md",
            "dashboard_url": _board(alert, links),
        },
    }


def _board(alert: Alert, links: Links) -> str:
    # An alert without the label has no model to look at; Prometheus fills this in.
    model = "{{ with $labels.model }}&var-model={{ . }}{{ end }}"
    return f"{links.boards}/d/{alert.board}?viewPanel={_panel(alert)}{model}"


def _panel(alert: Alert) -> int:
    """Raises UnknownPanel."""
    for board in BOARDS:
        if board.uid == alert.board and alert.panel in {panel.title for panel in board.panels}:
            return panel_id(board, panel_named(board, alert.panel))
    raise UnknownPanel(
        f'there is no panel "{alert.panel}" on {alert.board}',
        place=f"alert {alert.name}",
        cure="Name one there is: an alert leads to what shows it.",
    )
