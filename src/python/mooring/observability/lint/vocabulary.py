"""Which series a query may name, and which labels and values each of them has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from mooring.observability.rule import Recorded
from mooring.telemetry.metric import Metric
from mooring.telemetry.standard import TARGET_LABELS, External

_TARGET = frozenset(TARGET_LABELS)
_HISTOGRAM = {"_bucket": frozenset({"le"}), "_sum": frozenset[str](), "_count": frozenset[str]()}
_SUMMARY = {"": frozenset({"quantile"}), "_sum": frozenset[str](), "_count": frozenset[str]()}


@dataclass(frozen=True)
class Series:
    """One name that PromQL may select. `family` is the metric that it is a part of.

    `grows` says that it only grows until its process starts anew. `values` holds the labels whose
    values are listed; the others take any. `owners` are the processes that export it, where that
    is known.
    """

    name: str
    family: str
    labels: frozenset[str]
    grows: bool = False
    planned: bool = False
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    owners: frozenset[str] = frozenset()


Vocabulary = Mapping[str, Series]


def vocabulary(
    catalogue: Iterable[Metric], standard: Iterable[External], recorded: Iterable[Recorded]
) -> dict[str, Series]:
    """All series that exist, by name."""
    found = [
        *(series for metric in catalogue for series in _ours(metric)),
        *(series for external in standard for series in _theirs(external)),
        *(_recorded(rule) for rule in recorded),
    ]
    return {series.name: series for series in found}


def _ours(metric: Metric) -> Iterator[Series]:
    values = {label.name: label.values for label in metric.labels if label.values}
    labels = frozenset(metric.label_names) | _TARGET
    for suffix, more in _parts(metric.kind).items():
        name, grows, owners = metric.name + suffix, metric.kind != "gauge", frozenset(metric.owners)
        yield Series(name, metric.name, labels | more, grows, metric.planned, values, owners)


def _theirs(external: External) -> Iterator[Series]:
    labels = frozenset(external.label_names) | _TARGET
    for suffix, more in _parts(external.kind).items():
        grows = external.kind == "counter" or bool(suffix)
        yield Series(external.name + suffix, external.name, labels | more, grows)


def _parts(kind: str) -> dict[str, frozenset[str]]:
    """The endings of a family's series, with the labels that each has besides."""
    return {"histogram": _HISTOGRAM, "summary": _SUMMARY}.get(kind, {"": frozenset()})


def _recorded(rule: Recorded) -> Series:
    # No job and no instance, unless the rule says that it keeps them.
    return Series(rule.name, rule.name, frozenset(rule.carries) | frozenset(rule.labels))
