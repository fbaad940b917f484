"""All groups of rules."""

from __future__ import annotations

from mooring.observability.rule import Alert, Group, Recorded

GROUPS: tuple[Group, ...] = ()


def recorded() -> tuple[Recorded, ...]:
    """The series that rules record."""
    return tuple(rule for group in GROUPS for rule in group.rules if isinstance(rule, Recorded))


def alerts() -> tuple[Alert, ...]:
    """The alerts."""
    return tuple(rule for group in GROUPS for rule in group.rules if isinstance(rule, Alert))
