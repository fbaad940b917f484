"""Rules for runbooks: each belongs to an alert, and the queries in it can be asked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from mooring.observability.lint.asked import Asked
from mooring.observability.lint.finding import Finding

ORPHANS = "runbook-alert-rule"

_BLOCK = re.compile(r"^```promql\n(.*?)^```", re.S | re.M)


def orphans(runbooks: Mapping[str, str], alerts: frozenset[str]) -> Iterator[Finding]:
    """Runbooks that no alert leads to."""
    for name in sorted(set(runbooks) - alerts):
        yield Finding(
            ORPHANS,
            place_of(name),
            f"alert {name}",
            "no alert has this name",
            "Name the file after its alert, or delete it.",
        )


def queries_of(name: str, text: str) -> tuple[Asked, ...]:
    """The queries by which a person confirms what the alert says."""
    blocks = enumerate(_BLOCK.findall(text), start=1)
    return tuple(Asked(place_of(name), f"query {n}", block.strip()) for n, block in blocks)


def place_of(name: str) -> str:
    """How findings call a runbook."""
    return f"runbook docs/runbooks/{name}.md"
