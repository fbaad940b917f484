"""The metrics of the loop, as Prometheus reads them."""

from __future__ import annotations

from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from mooring.monitor.incidents.export import METRICS, Exporter
from mooring.monitor.incidents.job import Result
from mooring.monitor.incidents.testing.alarms import MODEL, NOW, alert
from mooring.monitor.incidents.testing.jobs import BUNDLE, CHALLENGER, blessed
from mooring.monitor.incidents.testing.monitor import Monitor
from mooring.telemetry.binding import bind


@pytest.fixture
def monitor(tmp_path: Path) -> Monitor:
    return Monitor(tmp_path)


class Process:
    """A registry and what sets it: a restart makes another one."""

    def __init__(self, monitor: Monitor) -> None:
        self.registry = CollectorRegistry()
        self.exporter = Exporter(bind(METRICS, self.registry), monitor.incidents)

    def value(self, name: str, **labels: str) -> float | None:
        """A series of the model after an export."""
        self.exporter.export()
        return self.registry.get_sample_value(name, {"model": MODEL, **labels})

    def requests(self, decision: str) -> float | None:
        return self.value("mooring_retrain_requests_total", reason="score", decision=decision)

    def runs(self, outcome: str) -> float | None:
        return self.value("mooring_retrain_runs_total", outcome=outcome)


def test_counters_begin_at_zero_and_outlive_restarts(monitor: Monitor) -> None:
    first = Process(monitor)
    assert (first.requests("started"), first.runs("promoted")) == (0.0, 0.0)
    assert first.value("mooring_retrain_running") == 0.0
    promoted(monitor)
    assert (first.requests("started"), first.requests("duplicate")) == (1.0, 1.0)
    assert (first.runs("promoted"), first.runs("promoted")) == (1.0, 1.0)
    monitor.restart()
    second = Process(monitor)
    assert (second.requests("started"), second.runs("promoted")) == (1.0, 1.0)
    assert monitor.hears(alert(version="2")).decided == "duplicate"

    assert second.requests("duplicate") == 2.0
    assert second.value("mooring_alarm_to_promotion_seconds_count") == 1.0
    assert second.value("mooring_alarm_to_promotion_seconds_sum") == 100.0
    assert second.value("mooring_retrain_duration_seconds_sum") == 10.0


def test_gauges_tell_how_far_a_retraining_is(monitor: Monitor) -> None:
    process = Process(monitor)
    assert process.value("mooring_retrain_started_timestamp_seconds") is None
    monitor.hears(alert())
    monitor.step()

    assert process.value("mooring_retrain_running") == 1.0
    assert process.value("mooring_retrain_started_timestamp_seconds") == NOW + 10
    assert process.value("mooring_retrain_limit_seconds") == 7200.0

    monitor.fake.ends(
        Result(outcome="not_blessed", delta={"log_loss": (0.1, 0.0, 0.2), "x": (1, 1, 1)})
    )
    monitor.step()

    assert process.value("mooring_retrain_running") == 0.0
    assert process.value("mooring_retrain_cooldown_end_timestamp_seconds") == NOW + 20 + 86_400
    assert process.value("mooring_challenger_delta_upper", measure="log_loss") == 0.2
    assert process.value("mooring_retrain_last_success_timestamp_seconds") is None


def test_what_is_given_up_counts_as_failed(monitor: Monitor) -> None:
    monitor.hears(alert())
    monitor.step()
    monitor.step(8000.0)

    assert Process(monitor).runs("failed") == 1.0


def promoted(monitor: Monitor) -> None:
    """An incident that came to a promotion, and one repeat of its alarm."""
    monitor.hears(alert())
    monitor.hears(alert())
    monitor.step()
    monitor.fake.ends(blessed(**{"ground-truth": 5}))
    monitor.step()
    monitor.fake.ends(CHALLENGER)
    monitor.step()
    monitor.promotes(BUNDLE)
    monitor.step()
