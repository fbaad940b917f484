"""The monitor exports what the catalogue says of it, and nothing else."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

from mooring.monitor.judging.testing.rides import FIRST, Rides
from mooring.monitor.testing.process import running
from mooring.monitor.testing.world import MODEL, World
from mooring.observability.programs import PROMTOOL
from mooring.observability.testing.programs import path_or_skip
from mooring.telemetry.budget import BUDGET, Size, most_series
from mooring.telemetry.catalogue import metrics_of
from tests.telemetry.declared import differences
from tests.telemetry.exposed import Exposed

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/proc is Linux'")

COVERAGE = f"mooring_labels_coverage_ratio{{model={MODEL},version=3}}"

# Of a loop in which nothing has been asked for yet.
NO_INCIDENT = {
    "mooring_retrain_started_timestamp_seconds",
    "mooring_retrain_last_success_timestamp_seconds",
    "mooring_retrain_cooldown_end_timestamp_seconds",
    "mooring_retrain_duration_seconds",
    "mooring_alarm_to_promotion_seconds",
    "mooring_challenger_delta",
    "mooring_challenger_delta_lower",
    "mooring_challenger_delta_upper",
}


@pytest.fixture(scope="module")
def exposed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exposed]:
    world = World(tmp_path_factory.mktemp("monitor"), Rides(rows=100))
    world.toml = f"[models.{MODEL}.objectives]\nlog_loss = 0.6\nauc = 0.7"
    world.route(world.promote())
    world.log(FIRST, 12)
    with running(world.environ) as monitor:
        monitor.until(lambda shown: COVERAGE in shown)
        yield Exposed(monitor.get("/metrics")[1])


def test_it_exports_exactly_its_part(exposed: Exposed) -> None:
    assert differences("monitor", exposed) == []


def test_all_of_it_has_a_value_once_windows_and_cohorts_were_judged(exposed: Exposed) -> None:
    valued = {name for name, _ in exposed.samples}
    silent = {metric.name for metric in metrics_of("monitor")} - valued
    assert silent <= NO_INCIDENT


def test_its_series_are_within_its_size_and_its_budget(exposed: Exposed) -> None:
    most = most_series("monitor", Size(features=8))
    assert len(exposed.samples) <= most <= BUDGET["monitor"]


def test_promtool_finds_nothing_to_say(exposed: Exposed) -> None:
    command = [path_or_skip(PROMTOOL), "check", "metrics"]
    checked = subprocess.run(
        command, input=exposed.text, capture_output=True, text=True, check=False
    )
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")
