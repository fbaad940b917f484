"""Rules for what Prometheus records and alerts on, and for the ways from an alert to its cure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import get_args

from mooring.observability.lint.asked import Asked
from mooring.observability.lint.carried import carried
from mooring.observability.lint.document import BoardJson
from mooring.observability.lint.finding import Flaw
from mooring.observability.lint.nearest import perhaps
from mooring.observability.lint.placeholders import template_labels
from mooring.observability.lint.vocabulary import Vocabulary
from mooring.observability.rule import Action, Alert, Group, Recorded, Severity

_RECORDED = re.compile(r"[a-z][a-z0-9_]*:[a-z][a-z0-9_]*:[a-z0-9_]+")
_ALERT = re.compile(r"([A-Z][a-z0-9]*)+")


def asked_by(group: Group, rule: Recorded | Alert) -> Asked:
    """A rule's expression, with the labels that its texts take from the answer."""
    texts = "" if isinstance(rule, Recorded) else f"{rule.summary} {rule.description}"
    return Asked(place_of(group), name_of(rule), rule.expr, labels=template_labels(texts))


def place_of(group: Group) -> str:
    """How findings call a group."""
    return f'rules "{group.name}"'


def name_of(rule: Recorded | Alert) -> str:
    """How findings call a rule; an alert with the panel that it leads to."""
    if isinstance(rule, Recorded):
        return f"record {rule.name}"
    return f'alert {rule.name} (panel "{rule.panel}" of {rule.board})'


def recorded_name(rule: Recorded) -> Iterator[Flaw]:
    """The name says of what level, of which metric, and what was done to it."""
    if not _RECORDED.fullmatch(rule.name):
        yield Flaw("its name is not level:metric:operation", "Name it so.")


def recorded_labels(rule: Recorded, asked: Asked, series: Vocabulary) -> Iterator[Flaw]:
    """What a recorded series is said to carry is what its expression leaves."""
    said = frozenset(rule.carries) | frozenset(rule.labels)
    for tree in asked.trees:
        answer = carried(tree, series)
        if answer is not None and not answer.known:
            continue
        found = (answer.labels if answer else frozenset[str]()) | frozenset(rule.labels)
        if found != said:
            yield Flaw(
                f"it is said to carry {_listed(said)}, and carries {_listed(found)}",
                "Say what it carries, or aggregate to what it says.",
            )


def words(rule: Alert) -> Iterator[Flaw]:
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


def leads_to_a_panel(rule: Alert, boards: Mapping[str, BoardJson]) -> Iterator[Flaw]:
    """The dashboard and the panel where to look are there."""
    board = boards.get(rule.board)
    if board is None:
        cure = f"Name one there is{perhaps(rule.board, boards)}."
        yield Flaw(f"there is no dashboard {rule.board}", cure)
        return
    titles = {panel.title for panel in board.panels if panel.shows_data}
    if rule.panel not in titles:
        cure = f"Name one there is{perhaps(rule.panel, sorted(titles))}."
        yield Flaw(f'there is no panel "{rule.panel}" on {rule.board}', cure)


def leads_to_a_runbook(rule: Alert, runbooks: Mapping[str, str]) -> Iterator[Flaw]:
    """Who is woken finds what to do."""
    if not runbooks.get(rule.name, "").strip():
        yield Flaw("it has no runbook", f"Write docs/runbooks/{rule.name}.md.")


def says_planned(rule: Alert, asked: Asked, series: Vocabulary) -> Iterator[Flaw]:
    """An alert is marked planned exactly while nobody exports what it asks for."""
    names = [name for name in asked.metrics if name in series]
    planned = [name for name in names if series[name].planned]
    if planned and not rule.planned:
        yield Flaw(f"no process exports {planned[0]} yet", "Mark it planned.")
    if rule.planned and names and not planned:
        yield Flaw("it is marked planned, and all it asks for is exported", "Mark it no more.")


def _listed(labels: frozenset[str]) -> str:
    return ", ".join(sorted(labels)) or "no labels"
