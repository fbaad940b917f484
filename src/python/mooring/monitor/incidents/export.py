"""The metrics of the loop, told from the journal: a restart neither doubles nor loses a count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import product

from mooring.monitor.incidents.brakes import cooldown_end
from mooring.monitor.incidents.incident import Incident
from mooring.monitor.incidents.incidents import Incidents
from mooring.monitor.incidents.journal import Transaction
from mooring.telemetry import retraining
from mooring.telemetry.binding import Instruments
from mooring.telemetry.metric import Metric
from mooring.telemetry.quality import MEASURE

# What `Exporter` sets; the catalogue's module has two more, which whoever reads releases exports.
METRICS = (
    retraining.RETRAIN_REQUESTS, retraining.RETRAIN_RUNS, retraining.RETRAIN_RUNNING,
    retraining.RETRAIN_STARTED, retraining.RETRAIN_LIMIT, retraining.RETRAIN_LAST_SUCCESS,
    retraining.RETRAIN_COOLDOWN_END, retraining.RETRAIN_SECONDS, retraining.ALARM_TO_PROMOTION,
    retraining.CHALLENGER_DELTA, retraining.CHALLENGER_DELTA_LOWER,
    retraining.CHALLENGER_DELTA_UPPER,
)  # fmt: skip

_DELTAS = (
    retraining.CHALLENGER_DELTA,
    retraining.CHALLENGER_DELTA_LOWER,
    retraining.CHALLENGER_DELTA_UPPER,
)
_MEASURES = frozenset(MEASURE.values)


@dataclass
class Exporter:
    """Sets the instruments of one process to what the journal says.

    Counters take up where the journal is, from the first call on: make it before the first scrape,
    so that Prometheus sees them go on after a restart.
    """

    instruments: Instruments
    incidents: Incidents
    _counted: Counter[tuple[str, tuple[str, ...]]] = field(default_factory=Counter)
    _observed: set[str] = field(default_factory=set)

    def export(self) -> None:
        """Bring the instruments up to date. Raises JournalFailed."""
        with self.incidents.journal.reading() as work:
            self._requests(work)
            for model in self.incidents.watched.brakes:
                self._model(model, work.of(model))

    def _requests(self, work: Transaction) -> None:
        totals = dict.fromkeys(self._combinations(retraining.RETRAIN_REQUESTS), 0) | work.counts()
        for values, total in totals.items():
            if values[0] in self.incidents.watched.brakes:
                self._count(retraining.RETRAIN_REQUESTS, values, total)

    def _model(self, model: str, past: tuple[Incident, ...]) -> None:
        ended = [incident for incident in past if not incident.live]
        runs = Counter(_outcome(incident) for incident in ended)
        for values in self._combinations(retraining.RETRAIN_RUNS):
            if values[0] == model:
                self._count(retraining.RETRAIN_RUNS, values, runs[values[1]])
        for incident in ended:
            if incident.id not in self._observed:
                self._observed.add(incident.id)
                self._observe(incident)
        self._set_gauges(model, past)
        self._set_delta(model, past)

    def _observe(self, incident: Incident) -> None:
        until = incident.verdict_at or incident.ended_at
        if incident.started_at is not None and until is not None:
            seconds = until - incident.started_at
            self.instruments.observe(retraining.RETRAIN_SECONDS, seconds, model=incident.model)
        if incident.state == "promoted" and incident.ended_at is not None:
            seconds = incident.ended_at - incident.alarm_at
            self.instruments.observe(retraining.ALARM_TO_PROMOTION, seconds, model=incident.model)

    def _set_gauges(self, model: str, past: tuple[Incident, ...]) -> None:
        brakes = self.incidents.brakes_of(model)
        running = any(incident.state in ("training", "stopping") for incident in past)
        ended = _latest(incident.ended_at for incident in past)
        gauges = {
            retraining.RETRAIN_RUNNING: float(running),
            retraining.RETRAIN_LIMIT: brakes.limit_seconds,
            retraining.RETRAIN_STARTED: _latest(incident.started_at for incident in past),
            retraining.RETRAIN_LAST_SUCCESS: _latest(
                incident.ended_at for incident in past if incident.state == "promoted"
            ),
            retraining.RETRAIN_COOLDOWN_END: cooldown_end(ended, brakes),
        }
        for metric, value in gauges.items():
            if value is not None:
                self.instruments.set(metric, value, model=model)

    def _set_delta(self, model: str, past: tuple[Incident, ...]) -> None:
        judged = [incident.delta for incident in past if incident.delta]
        for measure, three in (judged[-1] if judged else {}).items():
            if measure in _MEASURES:
                for metric, value in zip(_DELTAS, three, strict=True):
                    self.instruments.set(metric, value, model=model, measure=measure)

    def _count(self, metric: Metric, values: tuple[str, ...], total: int) -> None:
        key = (metric.name, values)
        labels = dict(zip(metric.label_names, values, strict=True))
        self.instruments.add(metric, float(total - self._counted[key]), **labels)
        self._counted[key] = total

    def _combinations(self, metric: Metric) -> Iterable[tuple[str, ...]]:
        """Every series of a metric whose first label is the model."""
        models = tuple(self.incidents.watched.brakes)
        return product(models, *(label.values for label in metric.labels[1:]))


def _outcome(incident: Incident) -> str:
    """As the catalogue has it: what was given up has failed."""
    return "failed" if incident.state == "given_up" else incident.state


def _latest(times: Iterable[float | None]) -> float | None:
    return max((at for at in times if at is not None), default=None)
