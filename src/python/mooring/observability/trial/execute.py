"""Every query of a dashboard put to a real Prometheus, as Grafana would put it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from mooring.observability.prometheus.client import PrometheusClient, Series
from mooring.observability.prometheus.errors import Refused
from mooring.observability.trial.asked import Dashboard, Query
from mooring.observability.trial.choices import Choice, choices, filled
from mooring.observability.trial.clock import Window


@dataclass(frozen=True)
class Answer:
    """What one query came to: `finite` samples, or why Prometheus refused it."""

    query: Query
    sent: str
    finite: int
    refused: str = ""


@dataclass(frozen=True)
class Finding:
    """One query that is wrong; the text says whose, by the names that people see."""

    board: str
    place: str
    problem: str
    sent: str = ""

    def __str__(self) -> str:
        asked = f"\n    {self.sent}" if self.sent else ""
        return f"{self.board}: {self.place}: {self.problem}{asked}"


@dataclass(frozen=True)
class Executed:
    """All answers of one board, and the variables that have no values."""

    board: str
    answers: tuple[Answer, ...]
    events: tuple[Answer, ...]
    variables: int
    without_values: tuple[Finding, ...]

    @property
    def queries(self) -> int:
        """How many queries were put."""
        return len(self.answers) + len(self.events) + self.variables


@dataclass(frozen=True)
class Reader:
    """Somebody who looks at dashboards."""

    client: PrometheusClient
    window: Window

    def values(self, label: str, match: str) -> Sequence[str]:
        """Values of a label within the window."""
        return self.client.label_values(label, match, self.window.start, self.window.end)

    def answer(self, query: Query, choice: Choice) -> Answer:
        """The answer to one query, with the variables chosen."""
        try:
            sent = filled(query.expr, choice)
            return Answer(query, sent, finite_samples(self._series(sent, query.instant)))
        except KeyError as unknown:
            return Answer(query, query.expr, 0, f"nothing defines the variable ${unknown.args[0]}")
        except Refused as refused:
            return Answer(query, sent, 0, refused.problem)

    def _series(self, expr: str, instant: bool) -> Sequence[Series]:
        if instant:
            return self.client.query(expr, self.window.end)
        return self.client.query_range(expr, self.window.start, self.window.end, self.window.step)


def execute(board: Dashboard, reader: Reader) -> Executed:
    """Put every query of the board, for every choice of its variables."""
    chosen = _Variables(reader)
    every = list(choices(board, reader.window, chosen.values))
    answers = [reader.answer(query, choice) for query in board.queries for choice in every]
    events = [reader.answer(query, choice) for query in board.annotations for choice in every]
    return Executed(
        board.title,
        tuple(answers),
        tuple(events),
        chosen.asked,
        tuple(_without_values(board, every)),
    )


def findings(executed: Executed, may_be_empty: frozenset[int] = frozenset()) -> tuple[Finding, ...]:
    """What is wrong: a query that is refused, or has no finite sample and must have one.

    `may_be_empty` are ids of panels. A panel asks once for each choice of the variables; each
    of them has to be answered. An annotation marks events and may have none.
    """
    found = chain(
        executed.without_values,
        (_refused(executed.board, a) for a in (*executed.answers, *executed.events) if a.refused),
        (_empty(executed.board, a) for a in empty(executed) if a.query.panel not in may_be_empty),
    )
    return tuple(dict.fromkeys(found))


def empty(executed: Executed) -> Iterator[Answer]:
    """Answers without a finite sample."""
    return (a for a in executed.answers if not a.finite and not a.refused)


def finite_samples(series: Sequence[Series]) -> int:
    """Samples that can be drawn: neither NaN nor infinite."""
    return sum(math.isfinite(value) for one in series for _, value in one.points)


def never_answered(runs: Sequence[Executed], panels: frozenset[int]) -> tuple[Finding, ...]:
    """Queries of the named panels, and of annotations, that were empty in each of the runs."""
    most: dict[tuple[str, Query], Answer] = {}
    for run in runs:
        named = (answer for answer in run.answers if answer.query.panel in panels)
        for answer in chain(named, run.events):
            key = (run.board, answer.query)
            if key not in most or answer.finite > most[key].finite:
                most[key] = answer
    return tuple(_empty(board, a) for (board, _), a in most.items() if not a.finite)


def _without_values(board: Dashboard, every: Sequence[Mapping[str, str]]) -> Iterator[Finding]:
    if not every:
        names = ", ".join(variable.place for variable in board.variables)
        yield Finding(board.title, names, "a variable has no values, so nothing can be asked")


def _refused(board: str, answer: Answer) -> Finding:
    problem = f"Prometheus refuses the query: {answer.refused}"
    return Finding(board, answer.query.place, problem, answer.sent)


def _empty(board: str, answer: Answer) -> Finding:
    return Finding(board, answer.query.place, "the query returns nothing", answer.sent)


class _Variables:
    """Asks for each label once, and counts."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._known: dict[tuple[str, str], Sequence[str]] = {}

    @property
    def asked(self) -> int:
        return len(self._known)

    def values(self, label: str, match: str) -> Sequence[str]:
        key = (label, match)
        if key not in self._known:
            self._known[key] = self._reader.values(label, match)
        return self._known[key]
