"""Grafana's variables filled in: what a person may have chosen when a query is sent."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from mooring.observability.trial.asked import Dashboard, Variable
from mooring.observability.trial.clock import Window

Choice = Mapping[str, str]
# The values of a label among the series that a selector selects.
Values = Callable[[str, str], Sequence[str]]

_VARIABLE = re.compile(r"\$(?:(?P<plain>\w+)|\{(?P<braced>\w+)(?::\w+)?\})")


def intervals(window: Window) -> Choice:
    """What Grafana itself puts in for a panel that shows the window."""
    step, seconds = window.step, window.end - window.start
    return {
        "__rate_interval": f"{window.rate_interval:.0f}s",
        "__interval": f"{step:.0f}s",
        "__interval_ms": f"{1000 * step:.0f}",
        "__range": f"{seconds:.0f}s",
        "__range_s": f"{seconds:.0f}",
        "__range_ms": f"{1000 * seconds:.0f}",
    }


def filled(text: str, choice: Choice) -> str:
    """`text` with its variables replaced; raises KeyError with the name of one that is unknown.

    >>> filled("rate(a{model='$model'}[5m])", {"model": "flight_time"})
    "rate(a{model='flight_time'}[5m])"
    """
    return _VARIABLE.sub(lambda found: choice[found["plain"] or found["braced"]], text)


def choices(board: Dashboard, window: Window, values: Values) -> Iterator[Choice]:
    """Each value of a variable that takes one; All, and one value, of a variable that takes more.

    A variable without values has no choice, and then there is none for the whole board.
    """
    yield from _chosen(board.variables, {**intervals(window), **board.fixed}, values)


def _chosen(variables: Sequence[Variable], so_far: Choice, values: Values) -> Iterator[Choice]:
    if not variables:
        yield so_far
        return
    variable, *others = variables
    known = values(variable.label, filled(variable.match, so_far))
    for value in _options(variable, known):
        yield from _chosen(others, {**so_far, variable.name: value}, values)


def _options(variable: Variable, known: Sequence[str]) -> Iterator[str]:
    if not known:
        return
    if not variable.several:
        yield from known
        return
    escaped = [re.escape(value) for value in known]
    if variable.every is not None:
        yield variable.every or _any_of(escaped)
    else:
        yield _any_of(escaped)
    yield escaped[0]


def _any_of(escaped: Sequence[str]) -> str:
    return escaped[0] if len(escaped) == 1 else f"({'|'.join(escaped)})"
