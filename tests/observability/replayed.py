"""Real flights as a model service's counters would have shown them, hour after hour."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mooring.contract.columns import Columns
from mooring.drift.reference import Reference
from mooring.observability.trial.clock import Span
from mooring.observability.trial.families import Trace
from mooring.telemetry.bins import FEATURE_BIN, REFERENCE_BIN_ROWS, REFERENCE_TESTABLE

Assigned = Mapping[str, NDArray[np.intp]]


@dataclass(frozen=True)
class Replay:
    """Rows that arrive evenly over a span at one instance, which starts anew at the `restarts`.

    `assigned` is the bin of each row by feature, in the order of arrival.
    """

    version: str
    reference: Reference
    assigned: Assigned
    span: Span
    restarts: tuple[float, ...] = ()

    @property
    def arrivals(self) -> NDArray[np.float64]:
        """When each row came, Unix seconds."""
        rows = len(next(iter(self.assigned.values())))
        return np.linspace(self.span.start, self.span.end, rows, endpoint=False)

    def counted(self, feature: str, start: float, end: float) -> NDArray[np.int64]:
        """Rows by bin that came after `start` and until `end`: what a log would say."""
        within = (self.arrivals > start) & (self.arrivals <= end)
        bins = len(self.reference.feature(feature).bins.labels)
        return np.bincount(self.assigned[feature][within], minlength=bins)

    def traces(self) -> Iterator[Trace]:
        """Counters, and the reference, as they were scraped."""
        moments = np.array(list(self.span.moments()))
        for binned in self.reference.features:
            shown = self._shown(binned.feature, moments)
            for place, (label, rows) in enumerate(
                zip(binned.bins.labels, binned.rows, strict=True)
            ):
                labels = {
                    **_LABELS,
                    "version": self.version,
                    "feature": binned.feature,
                    "bin": label,
                }
                yield Trace(FEATURE_BIN.name, labels, tuple(shown[:, place].tolist()))
                yield Trace(REFERENCE_BIN_ROWS.name, labels, (float(rows),) * len(moments))
            labels = {**_LABELS, "version": self.version, "feature": binned.feature}
            yield Trace(REFERENCE_TESTABLE.name, labels, (1.0,) * len(moments))

    def _shown(self, feature: str, moments: NDArray[np.float64]) -> NDArray[np.float64]:
        """Counters by moment and bin: since the last start of the process."""
        starts = np.array([self.span.start - 1.0, *self.restarts])
        began = starts[np.searchsorted(starts, moments, side="right") - 1]
        pairs = zip(began, moments, strict=True)
        return np.array([self.counted(feature, start, end) for start, end in pairs], dtype=float)


_LABELS = {
    "model": "flight_delay",
    "job": "mooring-service",
    "instance": "127.0.0.1:3000",
}


def assigned(reference: Reference, columns: Columns, scores: NDArray[np.float64]) -> Assigned:
    """The bin of each row by feature; the score is the last."""
    values = {**columns, "@score": scores}
    return {f.feature: f.bins.assign(values[f.feature]) for f in reference.features}
