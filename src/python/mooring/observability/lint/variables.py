"""Grafana's variables in a query: what they may stand for, so that PromQL can be parsed.

The intervals that Grafana chooses become odd numbers of seconds, by which a rule knows them again
in the parsed query.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from datetime import timedelta

Variables = Mapping[str, tuple[str, ...]]

RATE_INTERVAL = timedelta(seconds=299)
RANGE = timedelta(seconds=3599)

# What a variable is replaced by whose values only the running Prometheus knows.
ANYTHING = "anything"

INTERVALS: Variables = {
    "__rate_interval": ("299s",),
    "__range": ("3599s",),
    "__range_s": ("3599",),
    "__interval": ("59s",),
    "__interval_ms": ("59000",),
}

_VARIABLE = re.compile(r"\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)[^}]*\})")


def named(text: str) -> tuple[str, ...]:
    """The variables that `text` names, each once."""
    return tuple(dict.fromkeys(one or other for one, other in _VARIABLE.findall(text)))


def expanded(text: str, variables: Variables) -> tuple[str, ...]:
    """`text` for each choice of the variables' values; unknown ones stay as they are."""
    names = [name for name in named(text) if name in variables]
    choices = itertools.product(*(variables[name] for name in names))
    return tuple(_replaced(text, dict(zip(names, choice, strict=True))) for choice in choices)


def _replaced(text: str, values: Mapping[str, str]) -> str:
    return _VARIABLE.sub(lambda found: values.get(found[1] or found[2], found[0]), text)
