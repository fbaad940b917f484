"""What Prometheus computes by itself: recorded series, and alerts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Severity = Literal["page", "ticket", "info"]
# What the receiver may do by itself: start a retraining, hold one back, or nothing.
Action = Literal["retrain", "block", "none"]


@dataclass(frozen=True)
class Recorded:
    """A series that is computed once for all who ask: `level:metric:operation`."""

    name: str
    expr: str
    # The labels that its series carry, for those who check queries.
    carries: tuple[str, ...]
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Alert:
    """One alert. `board` and `panel` name where to look: the uid and the panel's title.

    Its runbook is `docs/runbooks/<name>.md`. `planned` ones ask for metrics that no process
    exports yet: they are written, tested and quiet.
    """

    name: str
    expr: str
    severity: Severity
    action: Action
    summary: str
    description: str
    board: str
    panel: str
    wait: str = "0s"
    keep: str = "0s"
    planned: bool = False


@dataclass(frozen=True)
class Group:
    """Rules that are evaluated one after the other, every `interval`."""

    name: str
    rules: tuple[Recorded | Alert, ...]
    interval: str = "30s"
