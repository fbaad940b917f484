"""The series of a scenario: every metric of the catalogue, and what others define."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise

from prometheus_client.utils import floatToGoString

from mooring.observability.trial.course import Course, rippled, share_below, steady
from mooring.observability.trial.fleet import GATEWAYS, Feature, Target, targets
from mooring.observability.trial.labelling import (
    external_series_of,
    feature_of,
    model_of,
    series_of,
    version_of,
)
from mooring.observability.trial.scenario import Line, Scenario
from mooring.telemetry import bins
from mooring.telemetry.catalogue import CATALOGUE
from mooring.telemetry.metric import Metric
from mooring.telemetry.standard import (
    ALERTMANAGER,
    PROCESS,
    PROMETHEUS,
    PYTHON_GC,
    PYTHON_INFO,
    SCRAPE,
    External,
)

Labels = Mapping[str, str]

# Of a reference: what the monitor asks for at least.
_REFERENCE_ROWS = 5_000

# Where others' histograms have edges, and what others' summaries tell.
_EDGES = (0.01, 0.1, 1.0, 10.0)
_QUANTILES = ("0.5", "0.9", "0.99")

# A process of several workers does not export these.
_ONE_INTERPRETER = (PYTHON_INFO, *PYTHON_GC)


@dataclass(frozen=True)
class Trace:
    """The values of one series, one for each moment of the span; None when it was not there."""

    name: str
    labels: Labels
    values: tuple[float | None, ...]


def traces(scenario: Scenario) -> Iterator[Trace]:
    """All series of a scenario, those of one metric after the other."""
    for metric in CATALOGUE:
        for target in targets():
            if target.process in metric.owners:
                yield from _ours(metric, target, scenario)
    for external in (*PROCESS, *_ONE_INTERPRETER, *SCRAPE, *PROMETHEUS, *ALERTMANAGER):
        for target in targets():
            if _exports(target, external):
                yield from _others(external, target, scenario)


def _exports(target: Target, metric: External) -> bool:
    if metric in SCRAPE:
        return True
    if metric in _ONE_INTERPRETER:
        return target.process in ("gateway", "monitor")
    return metric in PROCESS or metric.name.startswith(f"{target.job}_")


def _ours(metric: Metric, target: Target, scenario: Scenario) -> Iterator[Trace]:
    for labels in series_of(metric, target):
        line = _line(metric, labels, scenario)
        scale = _rows_per_second(labels, target) if line.per_row else 1.0
        yield from _drawn(metric.kind, metric.buckets, line, labels, target, scenario, scale)


def _others(metric: External, target: Target, scenario: Scenario) -> Iterator[Trace]:
    for labels in external_series_of(metric):
        line = scenario.line(metric, {**labels, **target.labels})
        yield from _drawn(metric.kind, _EDGES, line, labels, target, scenario, 1.0)


def _drawn(
    kind: str,
    edges: tuple[float, ...],
    line: Line,
    labels: Labels,
    target: Target,
    scenario: Scenario,
    scale: float,
) -> Iterator[Trace]:
    name, span = line.metric.name, scenario.span
    if kind == "gauge":
        yield _trace(name, labels, line.course.values(span), line, target, scenario)
    elif kind == "counter":
        yield _trace(name, labels, line.course.sums(span, scale), line, target, scenario)
    elif kind == "histogram":
        for suffix, extra, values in _histogram(line, edges, scenario, scale):
            yield _trace(f"{name}{suffix}", {**labels, **extra}, values, line, target, scenario)
    else:
        for quantile in _QUANTILES:
            values = line.course.values(span)
            yield _trace(name, {**labels, "quantile": quantile}, values, line, target, scenario)


Drawn = tuple[str, dict[str, str], list[float]]


def _histogram(
    line: Line, edges: tuple[float, ...], scenario: Scenario, scale: float
) -> Iterator[Drawn]:
    middle = line.middle or steady(0.1)
    counts = line.course.sums(scenario.span, scale)
    growth = [0.0, *(later - earlier for earlier, later in pairwise(counts))]
    medians = middle.values(scenario.span)
    for edge in edges:
        below = [g * share_below(edge, m) for g, m in zip(growth, medians, strict=True)]
        yield "_bucket", {"le": _bound(edge)}, _cumulated(below)
    yield "_bucket", {"le": "+Inf"}, counts
    yield "_sum", {}, _cumulated([g * m * 1.2 for g, m in zip(growth, medians, strict=True)])
    yield "_count", {}, counts


def _bound(edge: float) -> str:
    # As the client library writes bounds: `0.1`, `10.0`, `2.592e+06`.
    return str(floatToGoString(edge))  # type: ignore[no-untyped-call]


def _cumulated(growth: list[float]) -> list[float]:
    return list(accumulate(growth))


def _trace(
    name: str, labels: Labels, values: list[float], line: Line, target: Target, scenario: Scenario
) -> Trace:
    span, gone = scenario.span, target.instance in scenario.gone and name != "up"
    course = replace(line.course, shown="until") if gone else line.course
    shown: list[float | None] = list(values)
    if course.shown != "always":
        moments = zip(values, span.moments(), strict=True)
        shown = [value if course.is_shown(moment, span) else None for value, moment in moments]
    return Trace(name, {**labels, **target.labels}, tuple(shown))


def _rows_per_second(labels: Labels, target: Target) -> float:
    model, version = model_of(labels), version_of(labels)
    if model is None:
        return 1.0
    rows = model.rows_per_second * (version.part if version else 1.0)
    if target.process == "gateway":
        return rows / len(GATEWAYS)
    return rows / len(target.version.instances) if target.version else rows


def _line(metric: Metric, labels: Labels, scenario: Scenario) -> Line:
    """What the scenario's tables say, except of bins: those follow from its tilt."""
    feature = feature_of(labels)
    if metric == bins.FEATURE_BIN and feature:
        before = feature.bins[labels["bin"]]
        after = tilted(feature, scenario)[labels["bin"]]
        return Line(metric, rippled(before, after), per_row=True)
    if metric == bins.REFERENCE_BIN_ROWS and feature:
        return Line(metric, Course(_REFERENCE_ROWS * feature.bins[labels["bin"]]))
    return scenario.line(metric, labels)


def tilted(feature: Feature, scenario: Scenario) -> dict[str, float]:
    """Shares of a feature's bins after the onset: each bin takes from the one before."""
    if feature.name not in scenario.tilted:
        return dict(feature.bins)
    weighed = {
        bin_: share * (1.0 + scenario.tilt) ** place
        for place, (bin_, share) in enumerate(feature.bins.items())
    }
    total = sum(weighed.values())
    return {bin_: weight / total for bin_, weight in weighed.items()}
