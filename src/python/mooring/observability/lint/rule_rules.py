"""Rules for what Prometheus records and alerts on, and for the ways from an alert to its cure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import get_args

from mooring.observability.lint.asked import Asked
from mooring.observability.lint.carried import carried
from mooring.observability.lint.finding import Flaw
from mooring.observability.lint.nearest import perhaps
from mooring.observability.lint.whole import Whole
from mooring.observability.rule import Action, Alert, Recorded, Severity

RecordedRule = Callable[[Recorded, Asked, Whole], Iterator[Flaw]]
AlertRule = Callable[[Alert, Asked, Whole], Iterator[Flaw]]

_RECORDED = re.compile(r"[a-z][a-z0-9_]*:[a-z][a-z0-9_]*:[a-z0-9_]+")
_ALERT = re.compile(r"([A-Z][a-z0-9]*)+")


def recorded_name(rule: Recorded, asked: Asked, whole: Whole) -> Iterator[Flaw]:
    """The name says of what level, of which metric, and what was done to it."""
    if not _RECORDED.fullmatch(rule.name):
        yield Flaw("its name is not level:metric:operation", "Name it so.")


def recorded_labels(rule: Recorded, asked: Asked, whole: Whole) -> Iterator[Flaw]:
    """What a recorded series is said to carry is what its expression leaves."""
    said = frozenset(rule.carries) | frozenset(rule.labels)
    for tree in asked.trees:
        answer = carried(tree, whole.series)
        if answer is not None and not answer.known:
            continue
        found = (answer.labels if answer else frozenset[str]()) | frozenset(rule.labels)
        if found != said:
            yield Flaw(
                f"it is said to carry {_listed(said)}, and carries {_listed(found)}",
                "Say what it carries, or aggregate to what it says.",
            )


def words(rule: Alert, asked: Asked, whole: Whole) -> Iterator[Flaw]:
    """Names, severities and actions are those that receivers know."""
    if not _ALERT.fullmatch(rule.name):
        yield Flaw("its name is not written InWords", "Name it so.")
    for what, word, allowed in (
        ("severity", rule.severity, get_args(Severity)),
        ("action", rule.action, get_args(Action)),
    ):
        if word not in allowed:
            yield Flaw(f"no {what} is called {word}", f"Take one of {', '.join(allowed)}.")
    if not rule.summary.strip() or not rule.description.strip():
        yield Flaw("it has no summary or no description", "Say what is wrong, and for whom.")


def leads_to_a_panel(rule: Alert, asked: Asked, whole: Whole) -> Iterator[Flaw]:
    """The dashboard and the panel where to look are there."""
    board = whole.by_uid.get(rule.board)
    if board is None:
        cure = f"Name one there is{perhaps(rule.board, whole.by_uid)}."
        yield Flaw(f"there is no dashboard {rule.board}", cure)
        return
    titles = {panel.title for panel in board.panels if panel.shows_data}
    if rule.panel not in titles:
        cure = f"Name one there is{perhaps(rule.panel, sorted(titles))}."
        yield Flaw(f'there is no panel "{rule.panel}" on {rule.board}', cure)


def leads_to_a_runbook(rule: Alert, asked: Asked, whole: Whole) -> Iterator[Flaw]:
    """Who is woken finds what to do."""
    if not whole.runbooks.get(rule.name, "").strip():
        yield Flaw("it has no runbook", f"Write docs/runbooks/{rule.name}.md.")


def says_planned(rule: Alert, asked: Asked, whole: Whole) -> Iterator[Flaw]:
    """An alert is marked planned exactly while nobody exports what it asks for."""
    names = [name for name in asked.metrics if name in whole.series]
    planned = [name for name in names if whole.series[name].planned]
    if planned and not rule.planned:
        yield Flaw(f"no process exports {planned[0]} yet", "Mark it planned.")
    if rule.planned and names and not planned:
        yield Flaw("it is marked planned, and all it asks for is exported", "Mark it no more.")


def _listed(labels: frozenset[str]) -> str:
    return ", ".join(sorted(labels)) or "no labels"


RECORDED_RULES: Mapping[str, RecordedRule] = {
    "recorded-name-rule": recorded_name,
    "recorded-labels-rule": recorded_labels,
}
ALERT_RULES: Mapping[str, AlertRule] = {
    "alert-words-rule": words,
    "alert-panel-rule": leads_to_a_panel,
    "alert-runbook-rule": leads_to_a_runbook,
    "alert-planned-rule": says_planned,
}
