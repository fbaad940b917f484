"""How many series a process may export, and how many the catalogue lets it have.

A label that runs wild costs every query of everybody. Each metric's labels are bounded by the
catalogue; what that makes together, for the largest installation that is planned for, has to stay
within a budget.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod

from mooring.telemetry.catalogue import CATALOGUE
from mooring.telemetry.metric import Label, Metric, Process

# Besides its own buckets a histogram has `+Inf`, a sum and a count.
_HISTOGRAM_EXTRA = 3

# `process_*`, `python_info`, and three counters of three generations.
STANDARD_SERIES = 6 + 1 + 9


@dataclass(frozen=True)
class Size:
    """How much one process has to tell of; `versions`, `replicas` are those of one model.

    `bins` are those of one feature, `routes` the gateway's templates and `unmatched`, `keys` the
    ids of its keys file.
    """

    models: int = 1
    versions: int = 1
    features: int = 20
    bins: int = 22
    replicas: int = 1
    routes: int = 24
    keys: int = 0


# Three versions live at once while a challenger takes over, each on eight replicas. Hundreds of
# keys are many hands; the file takes 10,000, and who has that many drops their metric at the scrape
# or gives Prometheus room for one series of each.
LARGEST: Mapping[Process, Size] = {
    "gateway": Size(models=10, versions=3, features=40, replicas=8, keys=200),
    # One bundle: another version is another process. Of wider contracts the service counts no more
    # features (2,500 bins, `mooring.serving.counting`).
    "service": Size(features=112),
    "monitor": Size(models=10, versions=3, features=40),
}

# Series of one target. Prometheus stops a target at `sample_limit`, which is further off.
BUDGET: Mapping[Process, int] = {
    # 369 series of violations for each model are most of it; hardly any of them ever comes to be.
    "gateway": 7_000,
    # Bins, counted and expected: 2 × 22 series for each feature.
    "service": 5_200,
    # Four series for each feature of each version.
    "monitor": 10_000,
}


def series_of(metric: Metric, size: Size) -> int:
    """Most series that a metric has in one process of that size."""
    per_series = len(metric.buckets) + _HISTOGRAM_EXTRA if metric.kind == "histogram" else 1
    return per_series * prod(_values(label, size) for label in metric.labels)


def most_series(process: Process, size: Size) -> int:
    """Most series that a process of that size exports, with those that are only planned."""
    own = (metric for metric in CATALOGUE if process in metric.owners)
    return STANDARD_SERIES + sum(series_of(metric, size) for metric in own)


def _values(label: Label, size: Size) -> int:
    if label.values:
        return len(label.values)
    counts = {
        "model": size.models,
        "version": size.versions,
        # A version has one of each.
        "bundle": 1,
        "contract": 1,
        # The whole request, or the score, is one more.
        "feature": size.features + 1,
        "bin": size.bins,
        "replica": size.replicas,
        "route": size.routes,
        "key": size.keys,
    }
    return counts[label.name]
