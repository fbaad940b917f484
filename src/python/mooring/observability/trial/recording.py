"""What Prometheus would have recorded of a scenario: series of rules, and alerts over time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from mooring.observability.prometheus.client import Series
from mooring.observability.rule import Alert, Group, Recorded
from mooring.observability.trial.clock import Span
from mooring.observability.trial.families import Trace

Rule = Recorded | Alert

_UNITS = {"s": 1.0, "m": 60.0, "h": 3_600.0, "d": 86_400.0, "w": 604_800.0}
# A word of PromQL, with the colons of recorded names.
_WORD = re.compile(r"[A-Za-z_:][\w:]*")


def levels(groups: Sequence[Group]) -> list[list[Rule]]:
    """Rules in the order in which they can be computed: each after all that it builds on."""
    waiting: list[Rule] = [rule for group in groups for rule in group.rules]
    done: list[list[Rule]] = []
    while waiting:
        missing = {rule.name for rule in waiting if isinstance(rule, Recorded)}
        level = [rule for rule in waiting if not missing & set(_WORD.findall(rule.expr))]
        if not level:
            raise ValueError(
                f"rules build on one another in a circle: {', '.join(sorted(missing))}"
            )
        done.append(level)
        waiting = [rule for rule in waiting if rule not in level]
    return done


def traces_of(rule: Rule, series: Sequence[Series], span: Span) -> Iterator[Trace]:
    """What is recorded of a rule whose expression gave `series`."""
    for one in series:
        if isinstance(rule, Recorded):
            yield Trace(rule.name, _labels(one, rule.labels), _values(one, span))
        else:
            yield from _alerted(rule, one, span)


def _alerted(alert: Alert, series: Series, span: Span) -> Iterator[Trace]:
    own = {"alertname": alert.name, "severity": alert.severity, "action": alert.action}
    labels = _labels(series, own)
    states = _states(_values(series, span), seconds(alert.wait), span)
    for state in ("pending", "firing"):
        values = tuple(1.0 if found == state else None for found in states)
        if any(values):
            yield Trace("ALERTS", {**labels, "alertstate": state}, values)


def _states(values: Sequence[float | None], wait: float, span: Span) -> list[str]:
    """Of an alert at each scrape: `pending` until it has lasted, then `firing`, or nothing."""
    states, lasted = [], 0.0
    for value in values:
        states.append("" if value is None else "firing" if lasted >= wait else "pending")
        lasted = lasted + span.step if value is not None else 0.0
    return states


def seconds(duration: str) -> float:
    """Prometheus' durations.

    >>> seconds("1h30m")
    5400.0
    """
    return sum(float(n) * _UNITS[unit] for n, unit in re.findall(r"(\d+)([smhdw])", duration))


def _labels(series: Series, added: Mapping[str, str]) -> dict[str, str]:
    return {k: v for k, v in {**series.labels, **added}.items() if k != "__name__"}


def _values(series: Series, span: Span) -> tuple[float | None, ...]:
    known = {round(moment): value for moment, value in series.points}
    return tuple(known.get(round(moment)) for moment in span.moments())
