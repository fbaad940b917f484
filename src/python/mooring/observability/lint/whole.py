"""All that is linted together, since one part names the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from mooring.observability.lint.asked import Asked
from mooring.observability.lint.document import BoardJson
from mooring.observability.lint.placeholders import template_labels
from mooring.observability.lint.runbooks import queries_of
from mooring.observability.lint.vocabulary import Vocabulary, vocabulary
from mooring.observability.rule import Alert, Group, Recorded
from mooring.telemetry.metric import Metric
from mooring.telemetry.standard import STANDARD


@dataclass(frozen=True)
class Whole:
    """Dashboards, rules, runbooks by the names of their alerts, and the metrics there are."""

    boards: tuple[BoardJson, ...]
    groups: tuple[Group, ...]
    runbooks: Mapping[str, str]
    catalogue: tuple[Metric, ...]

    @cached_property
    def by_uid(self) -> dict[str, BoardJson]:
        """The dashboards by what links name them."""
        return {board.uid: board for board in self.boards}

    @cached_property
    def rules(self) -> tuple[tuple[Recorded | Alert, Asked], ...]:
        """All rules with what they ask."""
        return tuple((rule, asked_by(g, rule)) for g in self.groups for rule in g.rules)

    @cached_property
    def recorded(self) -> tuple[Recorded, ...]:
        """The recording rules."""
        return tuple(rule for rule, _ in self.rules if isinstance(rule, Recorded))

    @cached_property
    def alerts(self) -> tuple[tuple[Alert, Asked], ...]:
        """The alerts with what they ask."""
        return tuple((rule, asked) for rule, asked in self.rules if isinstance(rule, Alert))

    @cached_property
    def series(self) -> Vocabulary:
        """What queries may name."""
        return vocabulary(self.catalogue, STANDARD, self.recorded)

    @cached_property
    def typed(self) -> tuple[Asked, ...]:
        """What runbooks tell people to ask."""
        books = self.runbooks.items()
        return tuple(query for name, text in books for query in queries_of(name, text))

    @cached_property
    def shown(self) -> tuple[Asked, ...]:
        """What dashboards ask: their panels, variables and annotations."""
        panels = tuple(query for b in self.boards for p in b.panels for query in p.queries)
        return (*panels, *(asked for board in self.boards for asked in board.beside_panels))


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
