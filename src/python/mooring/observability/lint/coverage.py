"""Every metric is looked at by somebody: a panel, an annotation, or an alert."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mooring.observability.lint.asked import Asked
from mooring.observability.lint.finding import Finding
from mooring.observability.lint.vocabulary import Vocabulary
from mooring.observability.rule import Recorded
from mooring.telemetry.metric import Metric

UNWATCHED = "catalogue-coverage-rule"
UNUSED = "recorded-coverage-rule"


def unwatched(
    catalogue: Iterable[Metric], used: frozenset[str], series: Vocabulary
) -> Iterator[Finding]:
    """Metrics of the catalogue that nobody looks at, but for those that are marked debug."""
    families = {series[name].family for name in used if name in series}
    for metric in catalogue:
        if not metric.debug and metric.name not in families:
            yield Finding(
                UNWATCHED,
                "the catalogue",
                f"metric {metric.name}",
                "no panel and no alert uses it",
                "Show it, alert on it, or mark it debug.",
            )


def unused(recorded: Iterable[Recorded], used: frozenset[str]) -> Iterator[Finding]:
    """Recorded series that nobody asks for."""
    for rule in recorded:
        if rule.name not in used:
            yield Finding(
                UNUSED,
                "the recording rules",
                f"record {rule.name}",
                "no panel, alert or other rule uses it",
                "Use it, or record it no more.",
            )


def used_by(asked: Iterable[Asked], recorded: dict[str, Asked]) -> frozenset[str]:
    """Names that are asked for, and through recorded series those that they are made of."""
    waiting = [name for one in asked for name in one.metrics]
    found: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(recorded[name].metrics if name in recorded else ())
    return frozenset(found)
