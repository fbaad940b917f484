"""All groups of rules."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from mooring.observability.rule import Alert, Group, Recorded
from mooring.observability.rules.alerts.every import ALERTS
from mooring.observability.rules.bins import bin_groups
from mooring.observability.rules.burn import burn_groups
from mooring.observability.rules.objectives import Promises
from mooring.observability.rules.slo import FILE, read


@cache
def promised() -> Promises:
    """What `deploy/slo.toml` of the checkout promises. Raises InvalidObjectives."""
    return read(Path(os.environ.get("MOORING_ROOT", "."), FILE))


@cache
def groups() -> tuple[Group, ...]:
    """All groups, in the order of their files. Raises InvalidObjectives."""
    return (*burn_groups(promised().objectives), *bin_groups(), *ALERTS)


def recorded() -> tuple[Recorded, ...]:
    """The series that rules record."""
    return tuple(rule for group in groups() for rule in group.rules if isinstance(rule, Recorded))


def alerts() -> tuple[Alert, ...]:
    """The alerts."""
    return tuple(rule for group in groups() for rule in group.rules if isinstance(rule, Alert))
