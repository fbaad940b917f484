"""What callers sent that the contract forbids."""

from __future__ import annotations

from mooring.observability.panel import Panel
from mooring.observability.queries.scope import Scope
from mooring.observability.query import Query
from mooring.telemetry.requests import INPUT_VIOLATIONS


def by_kind(scope: Scope) -> Panel:
    """Broken promises by their kind."""
    return Panel(
        "Broken promises by kind",
        "timeseries",
        (Query(scope.rate(INPUT_VIOLATIONS, "kind"), "{{kind}}"),),
        "cps",
        "Broken promises of the contract in refused requests, in a second; at most 20 of each "
        "request are counted. Refused rows are in no bin and in no drift.",
        "Near none.",
        "A jump is a fault of a caller: `unknown_field` and `type` after a release of theirs, "
        "`range` after a change of unit. Tell them; see the feature beside it.",
        empty_when_healthy=True,
        stacked=True,
        width=8,
    )


def by_feature(scope: Scope) -> Panel:
    """Broken promises by feature."""
    return Panel(
        "Broken promises by feature",
        "timeseries",
        (
            Query(
                f"topk(10, {scope.rate(INPUT_VIOLATIONS, 'feature', 'kind')})",
                "{{feature}} {{kind}}",
            ),
        ),
        "cps",
        "The ten features whose promises are broken most, and how. No name: the whole request.",
        "Near none.",
        "One feature in every request: a caller's source of it is broken.",
        empty_when_healthy=True,
        stacked=True,
        width=8,
    )
