"""PromQL of metrics: which series a board looks at, and what it makes of them."""

from __future__ import annotations

from dataclasses import dataclass

from mooring.observability.series import Named

# Grafana's own: at least four scrapes, so that a rate always has the samples that it needs.
RATE_INTERVAL = "$__rate_interval"


@dataclass(frozen=True)
class Scope:
    """The matchers that hold for all queries of a board, by label.

    A metric is matched by those labels that it has, so that one and the same function serves
    metrics of a model and of a whole process.

    >>> from mooring.telemetry.resilience import SHED_REQUESTS
    >>> CHOSEN.rate(SHED_REQUESTS, "reason")
    'sum by (reason) (rate(mooring_gateway_shed_total{model="$model"}[$__rate_interval]))'
    """

    matchers: tuple[tuple[str, str], ...] = ()

    def select(self, metric: Named, *where: str, suffix: str = "") -> str:
        """The series of one metric; `where` holds further matchers."""
        own = (m for label, m in self.matchers if label in metric.label_names)
        matchers = ",".join((*own, *where))
        return f"{metric.name}{suffix}" + (f"{{{matchers}}}" if matchers else "")

    def rate(self, counter: Named, *by: str, where: tuple[str, ...] = ()) -> str:
        """How much a counter grows in a second, summed up by labels."""
        return summed(f"rate({self.select(counter, *where)}[{RATE_INTERVAL}])", *by)

    def growth(self, counter: Named, *by: str, where: tuple[str, ...] = ()) -> str:
        """How much a counter grew around each point, summed up by labels."""
        return summed(f"increase({self.select(counter, *where)}[{RATE_INTERVAL}])", *by)

    def total(self, gauge: Named, *by: str, where: tuple[str, ...] = ()) -> str:
        """A gauge that adds up over processes."""
        return summed(self.select(gauge, *where), *by)

    def most(self, gauge: Named, *by: str, where: tuple[str, ...] = ()) -> str:
        """The largest value that any process reports: also what is the same everywhere."""
        return aggregated("max", self.select(gauge, *where), *by)

    def least(self, gauge: Named, *by: str, where: tuple[str, ...] = ()) -> str:
        """The smallest value that any process reports."""
        return aggregated("min", self.select(gauge, *where), *by)

    def quantile(self, share: float, histogram: Named, *by: str) -> str:
        """The value below which `share` of the observations lie."""
        return f"histogram_quantile({share:g}, {self.buckets(histogram, *by)})"

    def buckets(self, histogram: Named, *by: str) -> str:
        """Observations in a second by upper edge, cumulated."""
        grown = f"rate({self.select(histogram, suffix='_bucket')}[{RATE_INTERVAL}])"
        return summed(grown, *by, "le")

    def cells(self, histogram: Named) -> str:
        """Observations around each point by upper edge: the columns of a heatmap."""
        grown = f"increase({self.select(histogram, suffix='_bucket')}[{RATE_INTERVAL}])"
        return summed(grown, "le")

    def mean(self, histogram: Named, *by: str) -> str:
        """The mean of the observations."""
        sums, counts = (
            summed(f"rate({self.select(histogram, suffix=suffix)}[{RATE_INTERVAL}])", *by)
            for suffix in ("_sum", "_count")
        )
        return f"{sums} / {counts}"

    def age(self, timestamp: Named, *by: str) -> str:
        """Seconds since the newest of the moments that processes report."""
        return f"time() - {self.most(timestamp, *by)}"


# What the variables of a board choose.
CHOSEN = Scope((("model", 'model="$model"'), ("version", 'version=~"$version"')))
# Everything that Prometheus knows.
EVERY = Scope()


def summed(expr: str, *by: str) -> str:
    """The sum of what `expr` gives, by labels."""
    return aggregated("sum", expr, *by)


def aggregated(operation: str, expr: str, *by: str) -> str:
    """What `expr` gives, brought together by labels; by none, into one series."""
    return f"{operation} by ({', '.join(by)}) ({expr})" if by else f"{operation}({expr})"


def share(part: str, whole: str) -> str:
    """The part of a whole with the same labels; 0 where the part has no series yet."""
    return f"({part} or 0 * {whole}) / {whole}"
