"""The catalogue made real: metrics bound to a prometheus-client registry."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import accumulate, product
from typing import TYPE_CHECKING, Any

from mooring.telemetry.metric import Metric

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

# Below this many combinations of listed label values, all are exported as 0 from the start, so that
# a rate over the first event is not lost.
_INITIALISED = 100


class Instruments:
    """The bound metrics of one process; label values outside the catalogue raise ValueError."""

    def __init__(self, bound: dict[str, Any]) -> None:
        self._bound = bound
        self._children: dict[tuple[str, ...], Any] = {}

    def add(self, metric: Metric, amount: float = 1.0, **labels: str) -> None:
        """Increase a counter."""
        self._child(metric, labels).inc(amount)

    def observe(self, metric: Metric, value: float, trace: str = "", **labels: str) -> None:
        """Put a value into a histogram, with the id of a trace that somebody keeps as exemplar.

        Of several workers no exemplars are shown.
        """
        exemplar = {"trace_id": trace} if trace else None
        self._child(metric, labels).observe(value, exemplar)

    def set(self, metric: Metric, value: float, **labels: str) -> None:
        """Set a gauge."""
        self._child(metric, labels).set(value)

    def forget(self, metric: Metric, **labels: str) -> None:
        """Drop one series, such as the info of a version that is no longer served."""
        values = _values(metric, labels)
        if self._children.pop((metric.name, *values), None) is not None:
            self._bound[metric.name].remove(*values)

    def _child(self, metric: Metric, labels: dict[str, str]) -> Any:
        key = (metric.name, *labels.values())
        child = self._children.get(key) if tuple(labels) == metric.label_names else None
        return child if child is not None else self._new_child(metric, labels)

    def _new_child(self, metric: Metric, labels: dict[str, str]) -> Any:
        values = _values(metric, labels)
        parent = self._bound[metric.name]
        child = parent.labels(*values) if values else parent
        self._children[(metric.name, *values)] = child
        return child


def new_registry() -> CollectorRegistry:
    """A registry with what a process of one worker tells of itself.

    From here on no counter or histogram of the process has the second series of when it was made,
    which no query of ours reads.
    """
    import prometheus_client

    prometheus_client.disable_created_metrics()  # type: ignore[no-untyped-call]
    registry = prometheus_client.CollectorRegistry()
    for collector in (
        prometheus_client.ProcessCollector,
        prometheus_client.PlatformCollector,
        prometheus_client.GCCollector,
    ):
        collector(registry=registry)
    return registry


def bind(metrics: Iterable[Metric], registry: CollectorRegistry) -> Instruments:
    """Register `metrics` and return what counts them."""
    bound = {}
    for metric in metrics:
        if metric.at_scrape:
            continue
        bound[metric.name] = _collector(metric, registry)
        _initialise(metric, bound[metric.name])
    return Instruments(bound)


@dataclass(frozen=True)
class Sample:
    """The value of one series; of a histogram the sum of what it holds, and `counts` of how many
    fell into each of its buckets (up to its bound, above the one before), and beyond the last.
    """

    metric: Metric
    labels: Mapping[str, str]
    value: float
    counts: tuple[int, ...] = ()


class AtScrape:
    """A collector of metrics whose values belong to one moment: `read` is called for each scrape.

    Register it in the registry that others are bound to.
    """

    def __init__(self, metrics: Iterable[Metric], read: Callable[[], Iterable[Sample]]) -> None:
        self._metrics = tuple(metrics)
        self._read = read

    def describe(self) -> Iterable[Any]:
        """The metrics without values, by which a registry finds names that are taken."""
        return [_family(metric) for metric in self._metrics]

    def collect(self) -> Iterable[Any]:
        """The metrics with their values of this moment."""
        families = {metric.name: _family(metric) for metric in self._metrics}
        for sample in self._read():
            _add(families[sample.metric.name], sample)
        return families.values()


def _family(metric: Metric) -> Any:
    from prometheus_client import core

    family = {
        "counter": core.CounterMetricFamily,
        "gauge": core.GaugeMetricFamily,
        "histogram": core.HistogramMetricFamily,
    }[metric.kind]
    return family(metric.name, metric.help, labels=metric.label_names)


def _add(family: Any, sample: Sample) -> None:
    values = _values(sample.metric, dict(sample.labels))
    if sample.metric.kind != "histogram":
        family.add_metric(values, sample.value)
        return
    bounds = [*map(str, sample.metric.buckets), "+Inf"]
    up_to = list(zip(bounds, accumulate(sample.counts), strict=True))
    family.add_metric(values, up_to, sample.value)


def _collector(metric: Metric, registry: CollectorRegistry) -> Any:
    # Not at the top: prometheus-client decides at import whether it runs in multiprocess mode, and
    # BentoML sets the variable that asks for it only when it starts its workers.
    from prometheus_client import Counter, Gauge, Histogram

    name, text, labels = metric.name, metric.help, metric.label_names
    if metric.kind == "counter":
        return Counter(name, text, labels, registry=registry)
    if metric.kind == "gauge":
        return Gauge(name, text, labels, registry=registry, multiprocess_mode=metric.merge)
    return Histogram(name, text, labels, registry=registry, buckets=metric.buckets)


def _initialise(metric: Metric, collector: Any) -> None:
    combinations = list(product(*(label.values for label in metric.labels)))
    if metric.labels and len(combinations) <= _INITIALISED:
        for values in combinations:
            collector.labels(*values)


def _values(metric: Metric, labels: dict[str, str]) -> tuple[str, ...]:
    if set(labels) != set(metric.label_names):
        raise ValueError(f"{metric.name}: its labels are {', '.join(metric.label_names) or 'none'}")
    for label in metric.labels:
        if not label.admits(labels[label.name]):
            raise ValueError(f"{metric.name}: {label.name} is one of {', '.join(label.values)}")
    return tuple(labels[name] for name in metric.label_names)
