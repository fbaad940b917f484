"""What the service counts, and its exposition.

BentoML's own request metrics are off: they label by raw path, so that a scanner makes series
without end, and they cost a third of a millisecond a request (measured with 1.4.39). Off means
that its /metrics route is gone too, and that this one takes its place.

Registries of our own, made where `exposition` says how: for one worker or for several.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from mooring.contract.wire import Wire
from mooring.drift.bins import Binned
from mooring.serving.counting import BinCounts
from mooring.serving.exposition import registries
from mooring.telemetry.binding import Instruments, bind
from mooring.telemetry.bins import (
    FEATURE_BIN,
    REFERENCE_BIN_ROWS,
    REFERENCE_TESTABLE,
    UNBINNED_ROWS,
)
from mooring.telemetry.catalogue import metrics_of
from mooring.telemetry.models import MODEL_INFO
from mooring.telemetry.service import (
    MODEL_TRAINED,
    SERVICE_BUNDLE_LOAD_SECONDS,
    SERVICE_EXPIRED,
    SERVICE_INFERENCE_SECONDS,
    SERVICE_PREDICTIONS,
)
from mooring.telemetry.workers import Workers

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_SHOWN_DIGITS = 12


class ServiceMetrics:
    """The metrics of one model in one process; prometheus-client is imported at the first use."""

    def __init__(self, model: str) -> None:
        self._model = model
        self._workers: Workers | None = None

    def share(self, workers: Workers | None) -> None:
        """Count as one of several workers, if there are; call it before anything is counted."""
        self._workers = workers

    def loaded(
        self, *, version: int, bundle: str, contract: str, seconds: float, trained: float | None
    ) -> None:
        """A bundle was proven, `seconds` after it was opened; it has learned from rows up to
        `trained`, where that is known.
        """
        labels = {"model": self._model, "version": str(version)}
        digests = {"bundle": bundle[:_SHOWN_DIGITS], "contract": contract[:_SHOWN_DIGITS]}
        self._instruments.set(MODEL_INFO, 1.0, **labels, **digests)
        self._instruments.set(SERVICE_BUNDLE_LOAD_SECONDS, seconds, **labels)
        self._instruments.add(SERVICE_PREDICTIONS, 0.0, **labels)
        if trained is not None:
            self._instruments.set(MODEL_TRAINED, trained, **labels)
        self.expired(0.0)

    def predicted(self, *, version: int, rows: int, seconds: float) -> None:
        """A batch of rows was answered."""
        labels = {"model": self._model, "version": str(version)}
        self._instruments.add(SERVICE_PREDICTIONS, float(rows), **labels)
        self._instruments.observe(SERVICE_INFERENCE_SECONDS, seconds, **labels)

    def expired(self, requests: float = 1.0) -> None:
        """Requests were dropped because nobody waited for them any more."""
        self._instruments.add(SERVICE_EXPIRED, requests, model=self._model)

    def counts(self, version: int, wire: Wire, binned: Sequence[Binned]) -> BinCounts:
        """What will count rows in these bins; every bin is exported from now on, as 0."""
        labels = {"model": self._model, "version": str(version)}
        add, show = self._instruments.add, self._instruments.set

        def publish(feature: str, label: str, rows: int) -> None:
            add(FEATURE_BIN, float(rows), **labels, feature=feature, bin=label)

        for each in binned:
            show(REFERENCE_TESTABLE, float(each.testable), **labels, feature=each.feature)
            for label, rows in zip(each.bins.labels, each.rows, strict=True):
                show(REFERENCE_BIN_ROWS, rows, **labels, feature=each.feature, bin=label)
                publish(each.feature, label, 0)
        add(UNBINNED_ROWS, 0.0, **labels)

        def lose(rows: int) -> None:
            add(UNBINNED_ROWS, float(rows), **labels)

        return BinCounts(wire, binned, publish, lose)

    def exposition(self) -> bytes:
        """All metrics in Prometheus' text format."""
        from prometheus_client import generate_latest

        registry, _ = self._bound
        return generate_latest(registry)

    @property
    def _instruments(self) -> Instruments:
        return self._bound[1]

    @cached_property
    def _bound(self) -> tuple[CollectorRegistry, Instruments]:
        counted, shown = registries(self._workers)
        return shown, bind(metrics_of("service"), counted)
