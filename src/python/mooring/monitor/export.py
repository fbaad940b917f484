"""What the monitor shows of a model: every metric of drift, quality and its own work, by name.

Figures that are not known are left out rather than shown as 0. Totals come from the tables, which
count each row once whatever is killed; a champion that goes takes its series along, and so its
alarms clear.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, time

from mooring.drift.bins import SCORE
from mooring.monitor.judging.cohort import CohortJudgement
from mooring.monitor.judging.difference import Difference
from mooring.monitor.judging.figures import Measure
from mooring.monitor.judging.window import WindowJudgement
from mooring.monitor.view import View
from mooring.telemetry import drift, monitor, quality, retraining
from mooring.telemetry.binding import Sample
from mooring.telemetry.bins import SCORE as SHOWN_SCORE
from mooring.telemetry.metric import Metric

# Read together at a scrape, all of one look.
METRICS = (
    *(m for m in drift.METRICS if m.at_scrape),
    *monitor.METRICS,
    *quality.METRICS,
    retraining.MODEL_PROMOTED,
    retraining.RELEASE_DIFFERS,
)


def samples(views: Mapping[str, View]) -> Iterator[Sample]:
    """All series of all models."""
    for view in views.values():
        yield from _work(view)
        yield from _labels(view)
        yield from _release(view)
        yield from _evidence(view)
        if view.window is not None:
            yield from _window(view, view.window)
        if view.cohort is not None:
            yield from _cohort(view, view.cohort)


def _work(view: View) -> Iterator[Sample]:
    own, totals = {"model": view.model}, view.collected.totals
    for outcome in monitor.SEGMENT.values:
        segments = totals.segments.get(outcome, 0)
        yield Sample(monitor.MONITOR_SEGMENTS, {**own, "outcome": outcome}, segments)
    yield Sample(monitor.MONITOR_ROWS, own, totals.predictions)
    yield Sample(monitor.MONITOR_LAG, own, view.collected.lag_seconds)
    yield Sample(drift.DRIFT_LAST_RUN, own, view.facts.looked_at)
    yield Sample(drift.DRIFT_INTERVAL, own, view.facts.interval_seconds)
    for kind in drift.BROKEN.values:
        yield Sample(drift.DATA_BROKEN, {**own, "kind": kind}, float(kind in view.broken))


def _labels(view: View) -> Iterator[Sample]:
    own, totals = {"model": view.model}, view.collected.totals
    for outcome in quality.JOINED.values:
        labels = totals.outcomes.get(outcome, 0)
        yield Sample(quality.LABELS_JOINED, {**own, "outcome": outcome}, labels)
    yield Sample(quality.LABEL_DELAY, own, totals.delay_seconds, totals.delays)
    yield Sample(quality.AWAITING_LABEL, own, view.awaiting)
    yield Sample(quality.LABEL_HORIZON, own, view.facts.horizon_seconds)
    if view.facts.label_at is not None:
        yield Sample(quality.LABEL_LAST, own, view.facts.label_at)
    for measure, objective in view.facts.objectives.items():
        yield Sample(quality.QUALITY_OBJECTIVE, {**own, "measure": measure}, objective)


def _release(view: View) -> Iterator[Sample]:
    own = {"model": view.model}
    yield Sample(retraining.RELEASE_DIFFERS, own, float(view.facts.differs))
    for version, moment in view.promoted.items():
        yield Sample(retraining.MODEL_PROMOTED, {**own, "version": str(version)}, moment)


def _evidence(view: View) -> Iterator[Sample]:
    for name, gathered in view.evidence.shown().items():
        labels = {**_champion(view), "monitor": name}
        yield Sample(drift.DRIFT_EVIDENCE, labels, gathered.evidence_log10)
        yield Sample(drift.DRIFT_THRESHOLD, labels, gathered.threshold_log10)


def _window(view: View, window: WindowJudgement) -> Iterator[Sample]:
    own = _champion(view)
    yield Sample(drift.DRIFT_WINDOW_ROWS, own, window.rows)
    yield Sample(drift.DRIFT_WINDOW_END, own, _end(window))
    for name, difference in {**window.features, SCORE: window.score}.items():
        shown_as = SHOWN_SCORE if name == SCORE else name
        yield from _difference({**own, "feature": shown_as}, difference)
    if window.classifier is not None:
        yield Sample(drift.DRIFT_CLASSIFIER_AUC, own, window.classifier.area)
    yield from _measures(own, window.estimated, ESTIMATED)


def _difference(labels: Mapping[str, str], found: Difference) -> Iterator[Sample]:
    figures = {
        drift.DRIFT_PSI: found.psi,
        drift.DRIFT_PSI_CRITICAL: found.critical,
        drift.DRIFT_P_VALUE: found.p,
    }
    for metric, figure in figures.items():
        if math.isfinite(figure):
            yield Sample(metric, labels, figure)
    yield Sample(drift.DRIFT_FLAGGED, labels, float(found.flagged))


def _cohort(view: View, cohort: CohortJudgement) -> Iterator[Sample]:
    own = _champion(view)
    if math.isfinite(cohort.coverage):
        yield Sample(quality.LABEL_COVERAGE, own, cohort.coverage)
    if math.isfinite(cohort.base_rate):
        yield Sample(quality.BASE_RATE, own, cohort.base_rate)
    yield from _measures(own, cohort.realised, REALISED)


REALISED = (
    quality.QUALITY_REALISED,
    quality.QUALITY_REALISED_LOWER,
    quality.QUALITY_REALISED_UPPER,
)
ESTIMATED = (
    quality.QUALITY_ESTIMATED,
    quality.QUALITY_ESTIMATED_LOWER,
    quality.QUALITY_ESTIMATED_UPPER,
)


def _measures(
    own: Mapping[str, str], measures: Mapping[str, Measure], metrics: tuple[Metric, ...]
) -> Iterator[Sample]:
    for name, measure in measures.items():
        figures = (measure.value, measure.lower, measure.upper)
        for metric, figure in zip(metrics, figures, strict=True):
            if math.isfinite(figure):
                yield Sample(metric, {**own, "measure": name}, figure)


def _champion(view: View) -> dict[str, str]:
    return {"model": view.model, "version": str(view.version)}


def _end(window: WindowJudgement) -> float:
    return datetime.combine(window.window.end, time(), UTC).timestamp()
